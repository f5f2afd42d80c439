/** What `npm run backup` and `npm run restore` say when something is to be mended: exit code 78, as at the start. */
import { runCommand } from './command.ts'
import { faultExitCode } from './faults.ts'
import type { DatabaseFault } from './store/verify.ts'

type CopyFaultCode =
  | 'file-not-named'
  | 'file-exists'
  | 'file-missing'
  | 'file-unwritable'
  | 'nothing-to-back-up'
  | 'database-not-ours'
  | 'database-newer'
  | 'database-damaged'

export const wordsFor: Readonly<Record<DatabaseFault, string>> = {
  'not-ours': 'not a database of this server',
  newer: 'of a newer version than this server knows',
  damaged: 'damaged',
}

/** Thrown for what whoever runs the command can mend. */
export class CopyFault extends Error {
  constructor(code: CopyFaultCode, sentence: string, fix: string, options: { cause?: unknown } = {}) {
    super(`${code}: ${sentence} ${fix}`, options)
    this.name = 'CopyFault'
  }
}

export async function runCopyCommand(name: string, run: (file: string) => Promise<string>): Promise<void> {
  await runCommand(async () => {
    try {
      const [file, ...others] = process.argv.slice(2)
      if (file === undefined || file === '' || others.length > 0)
        throw new CopyFault('file-not-named', 'One file has to be named.', `Run npm run ${name} -- FILE.`)
      console.log(await run(file))
    } catch (error) {
      if (!(error instanceof CopyFault)) throw error
      console.error(error.message)
      process.exitCode = faultExitCode
    }
  })
}

/** The file system's own reason, where that is what failed. */
export function refuseUnwritable(folder: string, cause: unknown): never {
  if (!(
    cause instanceof Error &&
    'code' in cause &&
    /^(E[A-Z]+|SQLITE_(FULL|IOERR|CANTOPEN|READONLY))/.test(String(cause.code))
  ))
    throw cause
  throw new CopyFault(
    'file-unwritable',
    `The copy could not be written to ${folder} (${String(cause.code)}).`,
    'Make room there, or give this user the right to write to it.',
    { cause },
  )
}
