/** Prints docs/ERRORS.md from the table in shared/errors.ts: `npm run errors`. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { errorRow, errorTable, type ErrorCode } from '#shared/errors.ts'

/** The whole text of docs/ERRORS.md. */
export function errorsPage(): string {
  const rows = (Object.keys(errorTable) as ErrorCode[]).map((code) => {
    const { status, close, sentence, fix } = errorRow(code)
    return `| \`${code}\` | ${String(status)} | ${close === null ? '–' : String(close)} | ${sentence} | ${fix} |`
  })
  return [
    '# Errors',
    '',
    'Printed from `shared/errors.ts` by `npm run errors`. Codes are never renamed.',
    '',
    '| code | HTTP | socket | what is said | what can be done |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../../docs/ERRORS.md', import.meta.url), errorsPage())
}
