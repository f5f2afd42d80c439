/** Why the others cannot be reached, and what can be done, as sentences; null while nothing is known to be wrong. */
import { errorRow, type ErrorCode } from '#shared/errors.ts'
import type { useI18n } from '../i18n.ts'

export function pathTroubleOf(code: ErrorCode | null, t: ReturnType<typeof useI18n>['t']): string | null {
  if (code === null) return null
  if (code === 'no-relay') return t('call.path.no_relay')
  const { sentence, fix } = errorRow(code)
  return t('call.path.other', { why: `${sentence} ${fix}` })
}
