/** The error table and its printed page. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { errorRow, errorTable, type ErrorCode } from '#shared/errors.ts'
import { errorsPage } from '../support/print-errors.ts'

test('[E1] docs/ERRORS.md is what the table prints', () => {
  const page = readFileSync(new URL('../../docs/ERRORS.md', import.meta.url), 'utf8')
  assert.equal(page, errorsPage(), 'run `npm run errors`')
})

test('[E2] every error says what happened and what can be done, without blame or shouting', () => {
  for (const code of Object.keys(errorTable) as ErrorCode[]) {
    const { sentence, fix } = errorRow(code)
    for (const text of [sentence, fix]) {
      assert.match(text, /^[A-Z].*\.$/u, `${code}: a whole sentence`)
      assert.doesNotMatch(text, /!|\berror\b|\bfail|\binvalid\b/iu, `${code}: plain words`)
    }
  }
})
