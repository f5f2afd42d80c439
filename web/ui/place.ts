/**
 * Where a floating box goes beside its anchor: on the wanted side if it fits, else on the other; always inside the
 * window. Pure but for `placeBeside`, which measures and moves an element.
 */
export type Side = 'top' | 'bottom'
export type Align = 'start' | 'center' | 'end'

export type Box = Readonly<{ left: number; top: number; width: number; height: number }>
export type Size = Readonly<{ width: number; height: number }>

/** Space kept to the anchor and to the window's edge, in px. */
const gap = 6
const margin = 8

export function placeBox(
  anchor: Box,
  floating: Size,
  view: Size,
  wanted: Readonly<{ side: Side; align: Align }>,
): Readonly<{ left: number; top: number; side: Side }> {
  const above = anchor.top - gap - floating.height
  const below = anchor.top + anchor.height + gap
  const fitsAbove = above >= margin
  const fitsBelow = below + floating.height <= view.height - margin
  const side =
    wanted.side === 'top'
      ? fitsAbove || !fitsBelow
        ? 'top'
        : 'bottom'
      : fitsBelow || !fitsAbove
        ? 'bottom'
        : 'top'
  const slack = anchor.width - floating.width
  const left = anchor.left + (wanted.align === 'start' ? 0 : wanted.align === 'end' ? slack : slack / 2)
  return {
    left: clamp(left, margin, view.width - margin - floating.width),
    top: clamp(side === 'top' ? above : below, margin, view.height - margin - floating.height),
    side,
  }
}

/** `high` may lie below `low` when the box is larger than the window: then its start stays visible. */
function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high))
}

/** Moves `floating` (position: fixed) beside `anchor`. */
export function placeBeside(
  anchor: Element,
  floating: HTMLElement,
  wanted: Readonly<{ side: Side; align: Align }>,
): void {
  const isRightToLeft = getComputedStyle(anchor).direction === 'rtl'
  const align = isRightToLeft
    ? ({ start: 'end', center: 'center', end: 'start' } as const)[wanted.align]
    : wanted.align
  // Far to the right it would be measured narrower than it can be.
  floating.style.left = '0'
  const { left, top, side } = placeBox(
    anchor.getBoundingClientRect(),
    { width: floating.offsetWidth, height: floating.offsetHeight },
    { width: document.documentElement.clientWidth, height: window.innerHeight },
    { side: wanted.side, align },
  )
  floating.style.left = `${String(Math.round(left))}px`
  floating.style.top = `${String(Math.round(top))}px`
  floating.dataset['side'] = side
}
