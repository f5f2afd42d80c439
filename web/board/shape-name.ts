/**
 * A shape in words, for those who do not see it: `Arrow from “Plan” to “Done”`. Pure.
 *
 * What is written in a shape is only quoted, on one line and not all of it: a name is heard at every step.
 */
import type { Figure } from '#shared/board/figure.ts'
import type { Binding } from '#shared/board/place.ts'

type Translate = (key: string, parameters?: Readonly<Record<string, string>>) => string

/** What a line holds on to, or null. */
type FigureAt = (id: string) => Figure | null

/** Characters that are quoted of a text. */
const quoteLengthMax = 60

export function shapeName(figure: Figure, figureAt: FigureAt, t: Translate): string {
  const kind = t(`board.shapes.kinds.${figure.kind}`)
  const text = quoteOf(figure.text)
  const named = text === '' ? kind : t('board.shapes.with_text', { shape: kind, text })
  const placed = withEnds(withPixels(named, figure, t), figure, figureAt, t)
  return figure.isLocked ? t('board.shapes.locked', { shape: placed }) : placed
}

/** A picture's own size: what it is stretched to says nothing of it. */
function withPixels(shape: string, { row }: Figure, t: Translate): string {
  if (row.k !== 'image') return shape
  const [width, height] = row.i.map(String) as [string, string]
  return t('board.shapes.sized', { shape, width, height })
}

function withEnds(shape: string, { line }: Figure, figureAt: FigureAt, t: Translate): string {
  const [from, to] = [line?.ends.startsAt, line?.ends.endsAt].map((end) => endName(end, figureAt, t))
  if (from != null && to != null) return t('board.shapes.from_to', { shape, from, to })
  if (from != null) return t('board.shapes.from', { shape, from })
  return to == null ? shape : t('board.shapes.to', { shape, to })
}

/** By what is written in it; by its kind where nothing is. */
function endName(end: Binding | null | undefined, figureAt: FigureAt, t: Translate): string | null {
  const figure = end == null ? null : figureAt(end.id)
  if (figure === null) return null
  const text = quoteOf(figure.text)
  return text === '' ? t(`board.shapes.ends.${figure.kind}`) : t('board.shapes.end', { text })
}

function quoteOf(text: string): string {
  const line = text.trim().replace(/\s+/gu, ' ')
  const characters = Array.from(line)
  return characters.length <= quoteLengthMax ? line : `${characters.slice(0, quoteLengthMax - 1).join('')}…`
}
