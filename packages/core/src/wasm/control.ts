import { type Label, type Statement, statement, type Value } from './code.ts'

/** Statements one after the other; a branch to the label leaves the block. */
export function block(body: (end: Label) => readonly Statement[]): Statement {
  return structured(0x02, { name: 'end of a block' }, body)
}

/** Statements one after the other; a branch to the label starts again, nothing else does. */
export function loop(body: (again: Label) => readonly Statement[]): Statement {
  return structured(0x03, { name: 'start of a loop' }, body)
}

export function branch(target: Label): Statement {
  return statement({ opcode: 0x0c, target })
}

export function branchIf(target: Label, condition: Value<'i32'>): Statement {
  return statement(condition.code, { opcode: 0x0d, target })
}

function structured(opcode: number, label: Label, body: (label: Label) => readonly Statement[]): Statement {
  const withoutResult = 0x40
  return statement({ header: [opcode, withoutResult], label, body: body(label).map(({ code }) => code) })
}
