import type { InstallOptions } from './install.ts'
import { runInstaller } from './installer.ts'
import { installPackages } from './npm-packages.ts'
import { type Variant, versions } from './variant.ts'

/** Fills a folder by the package's own installer. */
export async function installFromInstaller(folder: string, variant: Variant, options: InstallOptions): Promise<void> {
  const { steps, signal } = options
  const name = `${variant.npmPackage} ${versions.tfjs}`
  await steps.run(`${name} from npm`, () => installPackages(folder, variant, signal))
  await steps.run(`${name}'s own installer`, () => runInstaller(folder, variant, signal))
}
