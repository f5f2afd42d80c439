/** The document's title: what is unread in all rooms, then the page, since tabs cut the end off. */
let page = 'Stoa'
let newsCount = 0

/** `name` is the page's own; of home it is the product's. */
export function showPage(name: string): void {
  page = name === 'Stoa' ? name : `${name} · Stoa`
  write()
}

/** How much in this person's rooms asks to be looked at (NO3). */
export function showNewsCount(count: number): void {
  newsCount = count
  write()
}

function write(): void {
  const title = newsCount === 0 ? page : `(${newsCount > 99 ? '99+' : String(newsCount)}) ${page}`
  if (document.title !== title) document.title = title
}
