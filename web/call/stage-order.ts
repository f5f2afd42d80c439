/**
 * Who and what is on the call's stage: which of it is large, and in which order the rest follows. Pure.
 */
import type { ParticipantSnapshot } from './engine/call.ts'

/** Names a face or a screen: `face:<clientID>`, `screen:<clientID>`. */
export type ItemId = `${'face' | 'screen'}:${number}`

export type StageItem = Readonly<{
  id: ItemId
  kind: 'face' | 'screen'
  participant: ParticipantSnapshot
}>

export type StageMode = 'grid' | 'speaker'

export type StageOrder = Readonly<{ main: StageItem | null; others: readonly StageItem[] }>

type Wishes = Readonly<{
  mode: StageMode
  /** What this person put in the large place; ignored once it is gone. */
  pinnedId: ItemId | null
  /** Whose turn it is (active-speaker.ts). */
  speakerId: number | null
  /** Screens in the order in which they came: the newest takes the stage. */
  screenIds: readonly ItemId[]
  /** For whoever sees the stage elsewhere, as in a recording: there one's own screen is one like the others'. */
  isForOthers?: boolean
}>

export function orderStage(participants: readonly ParticipantSnapshot[], wishes: Wishes): StageOrder {
  const faces = participants.map((participant) => itemOf('face', participant))
  const screens = participants.flatMap((participant) =>
    participant.screen === null ? [] : [itemOf('screen', participant)],
  )
  const items = [...screens, ...faces]
  const mainId = largeId(items, wishes)
  const main = items.find(({ id }) => id === mainId) ?? null
  return { main, others: items.filter((item) => item !== main) }
}

/** Of those that do not all fit, the ones to show: whoever speaks is always among them. */
export function shownOf(
  others: readonly StageItem[],
  count: number,
  speakerId: number | null,
): readonly StageItem[] {
  const shown = others.slice(0, count)
  const speaker = others.slice(count).find(({ id }) => id === `face:${String(speakerId)}`)
  return speaker === undefined || count === 0 ? shown : [...shown.slice(0, -1), speaker]
}

/** Those in the call whose screens are shown, in the order in which they began. */
export function screensInOrder(
  before: readonly ItemId[],
  participants: readonly ParticipantSnapshot[],
): readonly ItemId[] {
  const now = participants.flatMap(({ clientId, screen }): ItemId[] =>
    screen === null ? [] : [`screen:${clientId}`],
  )
  const added = now.filter((id) => !before.includes(id))
  const left = before.filter((id) => now.includes(id))
  return added.length === 0 && left.length === before.length ? before : [...left, ...added]
}

function largeId(items: readonly StageItem[], wishes: Wishes): ItemId | null {
  const { mode, pinnedId, speakerId, screenIds, isForOthers = false } = wishes
  if (items.some(({ id }) => id === pinnedId)) return pinnedId
  // One's own screen in one's own window is a hall of mirrors: it stays small unless it is pinned.
  const mayBeLarge = (id: ItemId): boolean =>
    items.some((item) => item.id === id && (isForOthers || !item.participant.isSelf))
  const screen = screenIds.findLast(mayBeLarge)
  if (screen !== undefined) return screen
  if (mode === 'grid') return null
  const others = items.filter(({ kind, participant }) => kind === 'face' && !participant.isSelf)
  return (others.find(({ participant }) => participant.clientId === speakerId) ?? others[0])?.id ?? null
}

function itemOf(kind: StageItem['kind'], participant: ParticipantSnapshot): StageItem {
  return { id: `${kind}:${participant.clientId}`, kind, participant }
}
