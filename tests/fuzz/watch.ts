/**
 * What goes wrong in this process while it is attacked, and how late its event loop was: errors that nobody has caught,
 * and complaints of the server and of the libraries in it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { mock } from 'node:test'
import { createLog, type Logger } from '#server/log.ts'

/** A line of the server's log about an update that it refused. */
type Refusal = Readonly<{ person: string; reason: string }>

export type Watch = Disposable &
  Readonly<{
    log: Logger
    faults: readonly string[]
    refusals: readonly Refusal[]
    /** Of server and clients together: they share the loop. */
    worstGapMs(): number
  }>

/** pino's number for the level `error`. */
const errorLevel = 50

export function watchProcess(): Watch {
  const faults: string[] = []
  const refusals: Refusal[] = []
  const note = (what: string) => (error: unknown) => {
    faults.push(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  const onException = note('nobody caught')
  const onRejection = note('a promise was left alone with')
  process.on('uncaughtException', onException)
  process.on('unhandledRejection', onRejection)
  const mocks = (['error', 'warn'] as const).map((level) =>
    mock.method(console, level, note('the console said')),
  )
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  const log = createLog('warn', {
    write(line) {
      const entry = JSON.parse(line) as Refusal & { level: number; msg: string }
      if (entry.level >= errorLevel) faults.push(`the log says: ${line}`)
      else if (entry.msg === 'an update was refused') refusals.push(entry)
    },
  })
  return {
    log,
    faults,
    refusals,
    worstGapMs: () => delay.max / 1e6,
    [Symbol.dispose]: () => {
      delay.disable()
      process.off('uncaughtException', onException)
      process.off('unhandledRejection', onRejection)
      for (const each of mocks) each.mock.restore()
    },
  }
}
