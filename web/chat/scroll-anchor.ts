/**
 * What is read stays where it is while messages come and go above it: `holdPlace(list)`, change, `restore()`.
 *
 * The browser's own scroll anchoring does not hold at the very top, nor when what it held on to is taken away. A row is
 * held by its lower edge: its head goes when what the same person said before comes to stand above it.
 */
type Anchor = Readonly<{ element: HTMLElement; bottom: number }>

export type HeldPlace = Readonly<{
  /** Moves the first row that is still there back to its place. */
  restore(): void
  /** None of the rows is there any more. */
  isLost(): boolean
}>

/** Any of them may be taken away meanwhile: the first that is left counts. */
const anchorsMax = 12

/** The place of the rows in view now. */
export function holdPlace(list: HTMLElement): HeldPlace {
  const anchors = rowsInView(list)
  const find = () => anchors.find(({ element }) => element.isConnected)
  return {
    restore() {
      const held = find()
      if (held === undefined) return
      const moved = held.element.getBoundingClientRect().bottom - held.bottom
      if (moved !== 0) list.scrollTop += moved
    },
    isLost: () => find() === undefined,
  }
}

function rowsInView(list: HTMLElement): readonly Anchor[] {
  const rows = list.querySelectorAll<HTMLElement>('[data-message-key]')
  const { top, bottom } = list.getBoundingClientRect()
  const anchors: Anchor[] = []
  for (let at = firstBelow(rows, top); at < rows.length && anchors.length < anchorsMax; at += 1) {
    const element = rows[at]
    const box = element?.getBoundingClientRect()
    if (element === undefined || box === undefined || box.top >= bottom) break
    anchors.push({ element, bottom: box.bottom })
  }
  return anchors
}

/** Rows stand one under the other: halving finds the first that ends below the edge. */
function firstBelow(rows: NodeListOf<HTMLElement>, edge: number): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((rows[middle]?.getBoundingClientRect().bottom ?? Infinity) > edge) high = middle
    else low = middle + 1
  }
  return low
}
