/** The document's title: the page first, since tabs cut the end off. */
export function pageTitle(page: string): string {
  return page === 'Stoa' ? page : `${page} · Stoa`
}
