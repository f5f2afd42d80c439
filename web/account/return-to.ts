/**
 * Where to go after signing in: only ever a page of this server (H-06).
 *
 * Pure. Whatever a browser could read as another origin or a script becomes the home page.
 */
export function safeReturnTo(raw: unknown): string {
  if (typeof raw !== 'string' || !raw.startsWith('/') || raw.length > 2_048) return '/'
  // Browsers read `\` as `/` and drop tabs and line ends: `/\evil` and `/<tab>/evil` are `//evil`.
  if (/[\\\p{Cc}]/u.test(raw)) return '/'
  const base = 'https://this.server.invalid'
  const url = URL.parse(raw, base)
  if (url?.origin !== base || raw.startsWith('//')) return '/'
  return url.pathname + url.search + url.hash
}
