/** What an answer of the API must be. */
import assert from 'node:assert/strict'
import { errorRow, type ErrorCode } from '#shared/errors.ts'
import type { Answer } from './client.ts'

/** The error's status, and its row in words: code, sentence, fix, and nothing else. */
export function assertRefused(answer: Pick<Answer, 'status' | 'body'>, code: ErrorCode): void {
  const { status, sentence, fix } = errorRow(code)
  assert.deepEqual({ status: answer.status, body: answer.body }, { status, body: { code, sentence, fix } })
}
