/**
 * The log: JSON lines on standard error, so that standard output stays for the person who starts the server.
 *
 * No bodies, SDP, tokens, passwords or cookies, ever (H-17): of an error only what is named here is written, because
 * libraries hang their input on the errors they throw.
 */
import { destination, pino, type DestinationStream, type Logger } from 'pino'

export type { Logger }

export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof logLevels)[number]

const secrets = ['cookie', 'password', 'token', 'authorization']

export function createLog(
  level: LogLevel,
  stream: DestinationStream = destination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      level,
      base: null,
      redact: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      serializers: { err: describeError },
    },
    stream,
  )
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const { name, message, stack, cause } = error
  return {
    type: name,
    code: 'code' in error ? error.code : undefined,
    message,
    stack,
    cause: cause === undefined ? undefined : describeError(cause),
  }
}
