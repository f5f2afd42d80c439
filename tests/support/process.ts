/** The server as a process of its own, as `npm start` runs it, for what only a process can show. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from './until.ts'

const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url))

export type Ended = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>

export type ServerProcess = AsyncDisposable &
  Readonly<{
    child: ChildProcess
    /** What it has written so far. */
    output(): Readonly<{ out: string; err: string }>
    ended: Promise<Ended>
    /** Resolves with its address once it has printed it. */
    ready(): Promise<Readonly<{ origin: string; port: number }>>
  }>

/**
 * Runs `server/main.ts`, or another script of server/, with these variables over a quiet environment; `way` is another
 * command that runs Node.
 */
export function startProcess(
  env: Readonly<Record<string, string>>,
  script = main,
  way: Readonly<{ command: string; prefix: readonly string[] }> = { command: process.execPath, prefix: [] },
): ServerProcess {
  const child = spawn(way.command, [...way.prefix, script], {
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  // 'close' rather than 'exit': everything it wrote has been read.
  const ended = once(child, 'close').then(([code, signal]): Ended => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }))
  return {
    child,
    output: () => ({ out, err }),
    ended,
    async ready() {
      const address = () => /^Stoa is at (http\S+)$/m.exec(out)?.[1]
      await until(() => address() ?? child.exitCode !== null, 'the server to print its address')
      const origin = address()
      if (origin === undefined) throw new Error(`the server ended with ${child.exitCode}: ${err}`)
      return { origin, port: Number(new URL(origin).port) }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}
