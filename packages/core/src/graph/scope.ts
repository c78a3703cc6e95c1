let scope = ''

/** The name under which nodes are being made, or the empty string. */
export function currentScope(): string {
  return scope
}

/** Runs `build` so that the nodes it makes, and the errors it throws, carry `name`. Scopes nest as `outer/inner`. */
export function withScope<T>(name: string, build: () => T): T {
  const outer = scope
  scope = outer === '' ? name : `${outer}/${name}`
  try {
    return build()
  } finally {
    scope = outer
  }
}
