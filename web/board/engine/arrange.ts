/** What commands make of the chosen shapes, as changes to be written. Chance comes in as an argument. */
import type { Figure } from '#shared/board/figure.ts'
import { inkPlace, withEnds, withPlace } from '#shared/board/figure.ts'
import { unionBox, type Box } from '#shared/board/geometry.ts'
import { orderBetween } from '#shared/board/order.ts'
import { edgeBoxOf } from '#shared/board/outline.ts'
import { moved, transformEnds, transformPlace, type Ends, type Matrix } from '#shared/board/place.ts'
import {
  groupDepthMax,
  isSameValue,
  newGroup,
  type BoardValue,
  type ShapeId,
  type ShapeRow,
} from '#shared/board/shape.ts'
import { styleFields, type Style } from '#shared/board/style.ts'
import type { BoardChange } from './author.ts'
import { textKey, type BoardDoc, type BoardShape } from './board-doc.ts'
import type { Letters } from './letters.ts'
import { withRoomForWords } from './words.ts'
import { changeOf, placedChanges, placeValue } from './lift.ts'

type Random = () => number

/** A shape goes with all that lies beside its row. */
export function removal(doc: BoardDoc, ids: Iterable<ShapeId>): BoardChange[] {
  return [...ids].flatMap((id) => doc.keysOf(id).map((key) => changeOf(doc, key, null)))
}

/** The changes that make a new shape of a figure. */
export function creation(figure: Figure): BoardChange[] {
  const { id, row, text, groups } = figure
  const z = figure.order
  const style = styleFields(figure.style)
  const place = placeValue(figure)
  const changes: BoardChange[] = []
  const add = (key: string, after: BoardValue): void => {
    changes.push({ key, before: null, after })
  }
  if ('p' in row) {
    add(id, { k: row.k, z, ...style, p: row.p })
    const home = inkPlace(row.p)
    if (home === null || !isSameValue(placeValue(withPlace(figure, home)), place)) add(`${id}:t`, place)
  } else {
    const rest = row.k === 'image' ? { b: row.b, m: row.m, i: row.i } : {}
    add(id, { k: row.k, z, ...style, t: place, ...rest } as ShapeRow)
  }
  if (groups.length > 0) add(`${id}:g`, groups)
  if (text !== '') add(textKey(id), text)
  return changes
}

/** The same shapes once more, elsewhere: on top, in their order, in groups of their own, holding on to each other. */
export function copies(doc: BoardDoc, figures: readonly Figure[], matrix: Matrix, random: Random): Figure[] {
  const ids = new Map<string, ShapeId>(figures.map(({ id }) => [id, doc.newId(random())]))
  const groups = new Map<string, string>()
  let order = doc.topOrder()
  return figures.flatMap((figure) => {
    const id = ids.get(figure.id)
    if (id === undefined) return []
    order = orderBetween(order, null, random())
    const copy: Figure = { ...figure, id, order, isLocked: false, groups: figure.groups.map(groupFor) }
    if (figure.line === null) return withPlace(copy, transformPlace(figure.place, matrix))
    const ends = transformEnds(figure.line.ends, matrix)
    return withEnds(
      copy,
      { ...ends, startsAt: bindingFor(ends.startsAt), endsAt: bindingFor(ends.endsAt) },
      () => null,
    )
  })

  function groupFor(group: string): string {
    const known = groups.get(group) ?? newGroup(random())
    groups.set(group, known)
    return known
  }

  function bindingFor(binding: Ends['startsAt']): Ends['startsAt'] {
    const id = binding === null ? undefined : ids.get(binding.id)
    return binding === null || id === undefined ? null : { ...binding, id }
  }
}

export type OrderWish = 'front' | 'back' | 'forward' | 'backward'

/** Moves shapes within the pile, keeping their order among each other. */
export function reordered(
  doc: BoardDoc,
  shapes: readonly BoardShape[],
  wish: OrderWish,
  random: Random,
): BoardChange[] {
  const [lowest, highest] = [shapes[0], shapes.at(-1)]
  if (lowest === undefined || highest === undefined) return []
  const chosen = new Set(shapes)
  const others = doc.pile().filter((shape) => !chosen.has(shape))
  const below = others.filter(({ rank }) => rank < lowest.rank)
  const above = others.filter(({ rank }) => rank > highest.rank)
  /** How many of the others are under them afterwards. */
  const under =
    wish === 'front'
      ? others.length
      : wish === 'back'
        ? 0
        : wish === 'forward'
          ? Math.min(others.length, others.length - above.length + 1)
          : Math.max(0, below.length - 1)
  let order = others[under - 1]?.order ?? null
  const end = others[under]?.order ?? null
  return shapes.map(({ id }) => {
    order = end !== null && order !== null && order >= end ? order : orderBetween(order, end, random())
    return changeOf(doc, `${id}:z`, order)
  })
}

export function grouped(doc: BoardDoc, shapes: readonly BoardShape[], random: Random): BoardChange[] {
  const group = newGroup(random())
  return shapes.map(({ id, groups }) => changeOf(doc, `${id}:g`, [group, ...groups].slice(0, groupDepthMax)))
}

/** Dissolves the outermost groups. */
export function ungrouped(doc: BoardDoc, shapes: readonly BoardShape[]): BoardChange[] {
  return shapes.map(({ id, groups }) => changeOf(doc, `${id}:g`, groups.length > 1 ? groups.slice(1) : null))
}

export function locked(doc: BoardDoc, shapes: readonly BoardShape[], isLocked: boolean): BoardChange[] {
  return shapes.map(({ id }) => changeOf(doc, `${id}:l`, isLocked ? 1 : null))
}

/** Words that are larger then have the room they need, from where they are seen now. */
export function styled(doc: BoardDoc, shapes: readonly BoardShape[], change: Partial<Style>): BoardChange[] {
  return shapes.flatMap((shape) => {
    const { id, kind, text, row, line } = shape
    const style = { ...shape.style, ...change }
    const changes = [changeOf(doc, `${id}:s`, styleFields(style))]
    if (text === '' || line !== null || kind === 'image' || !('t' in row)) return changes
    const place = placeValue(withRoomForWords(doc.letters, { ...shape, style }))
    const isThere = isSameValue(place, doc.value(`${id}:t`) ?? row.t)
    return isThere ? changes : [...changes, changeOf(doc, `${id}:t`, place)]
  })
}

export type Side = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom'

/** Moves each unit (a shape, or a group) to the same side of the box around all. */
export function aligned(doc: BoardDoc, units: readonly Unit[], side: Side, letters: Letters): BoardChange[] {
  const all = units.map(({ box }) => box).reduce(unionBox)
  return movedUnits(doc, units, letters, ({ box }) => {
    const [dx, dy] = toSide(box, all, side)
    return moved(dx, dy)
  })
}

/** Moves units so that there is as much room between each and the next. */
export function distributed(
  doc: BoardDoc,
  units: readonly Unit[],
  axis: 'x' | 'y',
  letters: Letters,
): BoardChange[] {
  if (units.length < 3) return []
  const [low, high] = axis === 'x' ? (['minX', 'maxX'] as const) : (['minY', 'maxY'] as const)
  const inOrder = units.toSorted((a, b) => a.box[low] - b.box[low])
  const all = units.map(({ box }) => box).reduce(unionBox)
  const taken = units.reduce((sum, { box }) => sum + box[high] - box[low], 0)
  const gap = (all[high] - all[low] - taken) / (units.length - 1)
  let at = all[low]
  const starts = new Map<Unit, number>()
  for (const unit of inOrder) {
    starts.set(unit, at)
    at += unit.box[high] - unit.box[low] + gap
  }
  return movedUnits(doc, units, letters, (unit) => {
    const by = (starts.get(unit) ?? 0) - unit.box[low]
    return axis === 'x' ? moved(by, 0) : moved(0, by)
  })
}

/** What moves as one. */
export type Unit = Readonly<{ ids: ReadonlySet<ShapeId>; box: Box }>

/** Shapes by their outermost group. Lines that hold on at both ends follow by themselves. */
export function unitsOf(shapes: readonly BoardShape[]): Unit[] {
  const byName = new Map<string, BoardShape[]>()
  for (const shape of shapes) {
    if (shape.line !== null && shape.line.ends.startsAt !== null && shape.line.ends.endsAt !== null) continue
    const name = shape.groups[0] ?? shape.id
    byName.set(name, [...(byName.get(name) ?? []), shape])
  }
  return [...byName.values()].map((members) => ({
    ids: new Set(members.map(({ id }) => id)),
    box: members.map(edgeBoxOf).reduce(unionBox),
  }))
}

function movedUnits(
  doc: BoardDoc,
  units: readonly Unit[],
  letters: Letters,
  matrixFor: (unit: Unit) => Matrix,
): BoardChange[] {
  return units.flatMap((unit) => placedChanges(doc, unit.ids, matrixFor(unit), letters))
}

function toSide(box: Box, all: Box, side: Side): [dx: number, dy: number] {
  switch (side) {
    case 'left':
      return [all.minX - box.minX, 0]
    case 'centre':
      return [(all.minX + all.maxX - box.minX - box.maxX) / 2, 0]
    case 'right':
      return [all.maxX - box.maxX, 0]
    case 'top':
      return [0, all.minY - box.minY]
    case 'middle':
      return [0, (all.minY + all.maxY - box.minY - box.maxY) / 2]
    case 'bottom':
      return [0, all.maxY - box.maxY]
  }
}
