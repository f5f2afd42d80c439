/** The numbers of a link as lines that a person reads, or sends to somebody who can help. Pure. */
import type { LinkStats, PictureStats } from './engine/stats.ts'

/** Words of locales/en/call.json under `stats`. */
type Label =
  | 'path'
  | 'round_trip'
  | 'jitter'
  | 'loss'
  | 'bitrate'
  | 'camera_in'
  | 'camera_out'
  | 'screen_in'
  | 'screen_out'
  | 'limited'

export type StatsLine = Readonly<{ label: Label; value: string }>

type Language = Readonly<{
  locale: string
  t: (key: string, parameters?: Readonly<Record<string, string | number>>) => string
}>

export function statsLines(stats: LinkStats, { locale, t }: Language): readonly StatsLine[] {
  const unknown = '–'
  const format = (value: number, options: Intl.NumberFormatOptions): string =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: 0, ...options }).format(value)
  const time = (ms: number | null): string =>
    ms === null ? unknown : format(ms, { style: 'unit', unit: 'millisecond' })
  const part = (value: number | null): string =>
    value === null ? unknown : format(value, { style: 'percent', maximumFractionDigits: 1 })
  const rate = (bitsPerSecond: number): string =>
    format(bitsPerSecond / 1_000, { style: 'unit', unit: 'kilobit-per-second' })
  const picture = (label: Label, of: PictureStats | null): StatsLine[] => {
    if (of === null) return []
    if (of.bitsPerSecond === 0) return [{ label, value: t('call.stats.paused') }]
    const size = `${String(of.width)} × ${String(of.height)}`
    const pace = t('call.stats.pace', { frames: format(of.framesPerSecond, {}) })
    const parts = [size, pace, of.codec ?? unknown, rate(of.bitsPerSecond)]
    return [{ label, value: parts.join(', ') }]
  }
  const { path, received, sent, limitedBy } = stats
  return [
    {
      label: 'path',
      value:
        path === null
          ? unknown
          : `${t(path.kind === 'relay' ? 'call.stats.relayed' : 'call.stats.direct')}, ${path.protocol.toUpperCase()}`,
    },
    { label: 'round_trip', value: time(stats.roundTripMs) },
    { label: 'jitter', value: time(stats.jitterMs) },
    {
      label: 'loss',
      value: t('call.stats.in_out', { in: part(stats.lossIn), out: part(stats.lossOut) }),
    },
    {
      label: 'bitrate',
      value: t('call.stats.in_out', { in: rate(stats.receivedBitrate), out: rate(stats.sentBitrate) }),
    },
    ...picture('camera_in', received.camera),
    ...picture('camera_out', sent.camera),
    ...picture('screen_in', received.screen),
    ...picture('screen_out', sent.screen),
    ...(limitedBy === null
      ? []
      : [{ label: 'limited' as const, value: t(`call.stats.limits.${limitedBy}`) }]),
  ]
}

/** All of it as text to be copied: a paragraph for each participant. */
export function statsText(
  links: readonly Readonly<{ name: string; lines: readonly StatsLine[] }>[],
  { t }: Language,
): string {
  return links
    .map(({ name, lines }) =>
      [name, ...lines.map(({ label, value }) => `  ${t(`call.stats.${label}`)}: ${value}`)].join('\n'),
    )
    .join('\n\n')
}
