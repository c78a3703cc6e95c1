import { Command } from 'commander'

/** `lockstep keygen`: the secret that ranks on several machines share. */
export function keygenCommand(): Command {
  return new Command('keygen')
    .description('Writes a new shared secret, for jobs on several machines: whoever has the file may join.')
    .argument('<file>', 'must not exist yet; only you will be able to read it')
    .action(async (file: string) => {
      const { createKeyFile } = await import('@lockstep/dist-zmq')
      createKeyFile(file)
      console.error(`${file} is written; copy it to the same path on every machine, or let lockstep run --key carry it`)
    })
}
