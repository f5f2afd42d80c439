/** How the chat tells times, in the reader's language and zone. */
import { useI18n } from '../i18n.ts'

export type Times = Readonly<{
  /** 14:05 */
  timeOf(ms: number): string
  /** With day, year and seconds. */
  exactOf(ms: number): string
  /** Today, yesterday, or its date. */
  dayOf(ms: number): string
}>

const options = {
  time: { hour: '2-digit', minute: '2-digit' },
  exact: { dateStyle: 'full', timeStyle: 'medium' },
  day: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>

/** Making one takes longer than all it formats for a screen of messages. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatted(ms: number, locale: string, kind: keyof typeof options): string {
  const name = `${locale}/${kind}`
  const format = formats.get(name) ?? new Intl.DateTimeFormat(locale, options[kind])
  formats.set(name, format)
  return format.format(ms)
}

export function useTimes(): Times {
  const { t, locale } = useI18n()
  return {
    timeOf: (ms) => formatted(ms, locale.value, 'time'),
    exactOf: (ms) => formatted(ms, locale.value, 'exact'),
    dayOf(ms) {
      const daysAgo = Math.round((midnight(Date.now()) - midnight(ms)) / 86_400_000)
      if (daysAgo === 0) return t('chat.today')
      return daysAgo === 1 ? t('chat.yesterday') : formatted(ms, locale.value, 'day')
    },
  }
}

function midnight(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0)
}
