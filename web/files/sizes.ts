/** How large a file is, in words of the language. */
export function sizeInWords(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const unit = units[step] ?? 'byte'
  const amount = bytes / 1000 ** step
  const maximumFractionDigits = step > 1 && amount < 10 ? 1 : 0
  return amount.toLocaleString(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits })
}
