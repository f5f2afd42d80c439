/** A command of this server: what its caller can mend is printed in plain words, with exit code 78. */
import { faultExitCode, StartError } from './faults.ts'

export async function runCommand(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    console.error(error.message)
    process.exitCode = faultExitCode
  }
}
