/**
 * Hands, reactions and moderation of the call this page is in, wherever in the app the person is: what presence says of
 * them, and the actions. Lock and standing are those of the room in view.
 *
 * Invariant: what is asked is done once. The page mutes where somebody who moderates asks; it never unmutes by itself.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { ModerateCallRequest } from '#shared/call/http.ts'
import { callPaths } from '#shared/call/paths.ts'
import type { CallStanding } from '#shared/call/standing.ts'
import type { Seat } from '#shared/ids.ts'
import type { PresenceState } from '#shared/presence/presence.ts'
import { may } from '#shared/room.ts'
import { request, wordsOf } from '../api.ts'
import { useI18n } from '../i18n.ts'
import { useRoomStore } from '../room/room-store.ts'
import { announce } from '../ui/announce.ts'
import { toast } from '../ui/toast.ts'
import { useCallStore } from './call-store.ts'
import { HandsSeen, type RaisedHand } from './hands.ts'
import { offeredReactions, ReactionsSeen } from './reactions.ts'

export type ShownReaction = Readonly<{
  clientId: number
  emoji: string
  key: string
  /** Counts up: those that are shown at the same time stand in different places. */
  number: number
}>

/** Long enough to be seen, short enough for the next. */
const reactionShownMs = 4_000

export const useModerationStore = defineStore('call-moderation', () => {
  const { t } = useI18n()
  const room = useRoomStore()
  const call = useCallStore()
  const states = shallowRef<ReadonlyMap<number, PresenceState>>(new Map())
  const reactions = shallowRef<readonly ShownReaction[]>([])
  /** Who asks this page to unmute; null when nobody does. */
  const unmuteAskedBy = shallowRef<string | null>(null)
  const isLocked = shallowRef(false)
  const outSeats = shallowRef<ReadonlySet<Seat>>(new Set())
  /** The newest asking that this page has dealt with. */
  let dealtWithAtMs = 0
  let reactionsCount = 0
  let shownCount = 0
  let reactionsSeen = new ReactionsSeen(new Map())
  let handsSeen = new HandsSeen()
  const isHeard = shallowRef(false)

  const session = computed(() => call.session ?? room.session)
  const ownId = computed(() => session.value?.presence.clientId ?? null)
  const isHandUp = computed(() => ownId.value !== null && states.value.get(ownId.value)?.hand !== undefined)
  const mayModerate = computed(() => may(room.room?.role ?? 'guest', 'moderate'))
  /** In the order in which they were raised. */
  const hands = shallowRef<readonly (RaisedHand & Readonly<{ isSelf: boolean }>)[]>([])

  watch(
    () => room.session,
    (shown, _before, onCleanup) => {
      if (shown === null) return
      const info = shown.room.doc.getMap<string>('info')
      const people = shown.room.doc.getMap<Readonly<{ isOutOfCall?: true }>>('people')
      const readDoc = (): void => {
        isLocked.value = info.get('call') === 'locked'
        outSeats.value = new Set(
          [...people].flatMap(([seat, { isOutOfCall }]) =>
            isOutOfCall === true ? [Number(seat) as Seat] : [],
          ),
        )
      }
      info.observe(readDoc)
      people.observe(readDoc)
      readDoc()
      onCleanup(() => {
        info.unobserve(readDoc)
        people.unobserve(readDoc)
      })
    },
    { immediate: true },
  )
  watch(
    session,
    (now, _before, onCleanup) => {
      if (now === null) return
      const { presence } = now
      const readStates = (): void => {
        states.value = new Map([[presence.clientId, presence.own()], ...now.here()])
        isHeard.value = presence.isLive() || now.directCount() > 0
        hands.value = handsSeen
          .look(states.value, presence.isLive())
          .map((hand) => ({ ...hand, isSelf: hand.clientId === presence.clientId }))
      }
      reactionsSeen = new ReactionsSeen(now.here())
      handsSeen = new HandsSeen()
      onCleanup(now.onHere(readStates))
      readStates()
    },
    { immediate: true },
  )
  watch(states, (now) => {
    showReactions(now)
    if (ownId.value !== null) obey(now.get(ownId.value)?.standing)
  })
  watch(hands, (now, before) => {
    const known = new Set(before.map(({ clientId }) => clientId))
    for (const { clientId, name, isSelf } of now)
      if (!known.has(clientId) && !isSelf) announce(t('call.hands.raised', { name }))
  })
  watch(
    () => call.session,
    (now, before) => {
      if (now !== null) return
      unmuteAskedBy.value = null
      before?.presence.set('hand', undefined)
      before?.presence.set('reaction', undefined)
    },
  )
  watch(
    () => call.snapshot?.microphone.state,
    (state) => {
      if (state === 'on') unmuteAskedBy.value = null
    },
  )

  function obey(standing: CallStanding | undefined): void {
    if (call.session === null || standing === undefined) return
    const { barred, asked, handAtMs } = standing
    if (barred !== undefined) {
      const { roomId } = call.session
      call.leave()
      if (barred === 'locked' && roomId === room.roomId) call.isLockedOut = true
      else toast(t(`call.barred.${barred}`))
      return
    }
    // Given back, so that the order outlasts a restart of the server.
    if (handAtMs !== undefined && isHandUp.value) session.value?.presence.set('hand', handAtMs)
    if (asked === undefined || asked.atMs <= dealtWithAtMs) return
    dealtWithAtMs = asked.atMs
    const isOn = call.snapshot?.microphone.state !== 'off'
    if (asked.what === 'unmute') unmuteAskedBy.value = isOn ? null : asked.by
    else if (isOn) {
      call.toggleMicrophone()
      toast(t('call.muted_by', { name: asked.by }))
    }
    if (unmuteAskedBy.value !== null) announce(t('call.unmute_asked', { name: asked.by }))
  }

  function showReactions(now: ReadonlyMap<number, PresenceState>): void {
    for (const { clientId, reaction } of reactionsSeen.look(now, performance.now())) {
      if (call.session === null) continue
      const { emoji, n } = reaction
      const key = `${String(clientId)} ${String(n)}`
      reactions.value = [...reactions.value, { clientId, emoji, key, number: (shownCount += 1) }]
      setTimeout(() => {
        reactions.value = reactions.value.filter((one) => one.key !== key)
      }, reactionShownMs)
      const word = offeredReactions.find(([offered]) => offered === emoji)?.[1]
      const what = word === undefined ? emoji : t(`call.reactions.${word}`)
      const name = now.get(clientId)?.user?.name ?? ''
      if (clientId !== ownId.value) announce(t('call.reactions.shown', { name, what }))
    }
  }

  async function moderate(what: ModerateCallRequest): Promise<void> {
    if (room.roomId === null) return
    try {
      await request('POST', callPaths.moderate(room.roomId), what)
    } catch (error) {
      toast(wordsOf(error))
    }
  }

  return {
    hands,
    reactions,
    unmuteAskedBy,
    isLocked,
    /** Seats that were put out of the call. */
    outSeats,
    isHandUp,
    /** By the server or directly: hands and reactions are seen. */
    isHeard,
    mayModerate,
    toggleHand(): void {
      const presence = session.value?.presence
      const raised = presence?.isLive() === true ? 0 : Date.now()
      presence?.set('hand', isHandUp.value ? undefined : raised)
    },
    react(emoji: string): void {
      const presence = session.value?.presence
      const n = (reactionsCount += 1)
      presence?.set('reaction', { emoji, n })
      // Whoever comes later sees nothing that is over.
      setTimeout(() => {
        if (n === reactionsCount) presence?.set('reaction', undefined)
      }, reactionShownMs)
    },
    unmute(): void {
      if (call.snapshot?.microphone.state === 'off') call.toggleMicrophone()
      unmuteAskedBy.value = null
    },
    stayMuted: () => (unmuteAskedBy.value = null),
    moderate,
  }
})
