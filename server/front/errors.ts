/**
 * From what was thrown to what is answered. What is not in the table of errors is logged and answered as our own
 * fault, without a word of its reason.
 */
import Database from 'better-sqlite3'
import { AppError, errorRow, type ErrorCode } from '#shared/errors.ts'
import type { ErrorBody } from '#shared/http.ts'
import type { Logger } from '../log.ts'

export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const isStorage =
    error instanceof Database.SqliteError && /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(error.code)
  return new AppError(isStorage ? 'storage-failed' : 'server-fault', { cause: error })
}

export function errorBody(code: ErrorCode): ErrorBody {
  const { sentence, fix } = errorRow(code)
  return { code, sentence, fix }
}

export function errorResponse(error: AppError): Response {
  const headers: Record<string, string> = { 'Cache-Control': 'no-store' }
  if (error.retryAfterSeconds !== null) headers['Retry-After'] = String(Math.max(1, error.retryAfterSeconds))
  return Response.json(errorBody(error.code), { status: errorRow(error.code).status, headers })
}

/** Only what this server did wrong: what clients do wrong is theirs, and would fill the disk. */
export function logFault(
  log: Logger,
  error: AppError,
  request: Readonly<{ method: string; route: string }>,
): void {
  if (errorRow(error.code).status === 500 || error.code === 'storage-failed') {
    log.error({ err: error, ...request }, 'request failed')
  }
}
