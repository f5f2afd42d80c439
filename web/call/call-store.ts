/**
 * The call this page is in, or may join: that of the room in view, until a call has begun. A call goes on while the
 * person looks at another room, or at none.
 *
 * Invariant: while in a call its room's session stays open, whatever is in view; it is let go of when the call ends.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { readCallPresence } from '#shared/call/signal.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { recall, remember } from '../device.ts'
import { useI18n } from '../i18n.ts'
import { errorRow } from '#shared/errors.ts'
import { stayWhile } from '../offline/stay.ts'
import type { PresencePort, Undo } from '../sync/ports.ts'
import type { RoomSession } from '../sync/room-session.ts'
import { isSessionOpen, useSession } from '../sync/session-users.ts'
import { announce } from '../ui/announce.ts'
import { toast } from '../ui/toast.ts'
import type { CallSnapshot } from './engine/call.ts'
import type { DeviceWishes } from './engine/device.ts'
import type { LinkStats } from './engine/stats.ts'
import { isAlreadyThere, soundsOf } from './own-peers.ts'
import type { StartedCall } from './start-call.ts'

/** What this device remembers of an earlier call. */
type Choices = Readonly<Partial<DeviceWishes & { speakerId: string }>>

const soundsKey = 'call-sounds'

/** Where a call takes place, and who takes part in it here. */
type Place = Readonly<{
  session: RoomSession
  self: Readonly<{ personId: PersonId; name: string }>
}>

export const useCallStore = defineStore('call', () => {
  const { t } = useI18n()
  const snapshot = shallowRef<CallSnapshot | null>(null)
  stayWhile(() => (snapshot.value?.status ?? 'idle') !== 'idle')
  const speakerId = shallowRef<string | null>(null)
  /** A short sound tells who comes and goes. */
  const hasSounds = shallowRef(recall(soundsKey) !== false)
  /** This page wanted into the call of the room in view, which is locked: it may knock. */
  const isLockedOut = shallowRef(false)
  const isHeldToTalk = shallowRef(false)
  /** The browser lets nothing be heard before the person has pressed something. */
  const isSoundBlocked = shallowRef(false)
  /** The call's room while another is in view, or none. */
  const away = shallowRef<Readonly<{ roomId: RoomId; title: string }> | null>(null)
  /** The room in view, and the call's. */
  let here: Place | null = null
  let place: Place | null = null
  /** While in the call. */
  let letGo: Undo | null = null
  let started: StartedCall | null = null
  /** ClientIDs of those who were in the call before this page joined: they did not come. */
  let there: ReadonlySet<number> = new Set()

  /** Another room comes into view, or none. */
  function show(next: Place | null): void {
    here = next
    isLockedOut.value = false
    if (place !== null && place.session === next?.session) {
      away.value = null
    } else if (place !== null && letGo !== null && isSessionOpen(place.session)) {
      const { roomId } = place.session
      away.value = { roomId, title: place.session.title() }
    } else {
      close()
    }
  }

  /** Leaves the call, if this page is in it. What comes next is the call of the room in view. */
  function close(): void {
    const ended = started
    started = null
    ended?.engine[Symbol.dispose]()
    ended?.beside[Symbol.dispose]()
    ended?.voices.set([])
    place = here
    away.value = null
    isHeldToTalk.value = false
    snapshot.value = null
    letGo?.()
    letGo = null
  }

  /** The session stays open for the call. */
  function keepSession({ session }: Place): Undo {
    const release = useSession(session)
    const unwatch = session.onChange(() => {
      const connection = session.connection()
      if (connection.kind !== 'closed') return
      const isAway = away.value !== null
      close()
      if (isAway) toast(errorRow(connection.code).sentence, { tone: 'bad' })
    })
    return () => {
      unwatch()
      release()
    }
  }

  /** What runs the call; null if the room was left while it was fetched. */
  async function start(): Promise<StartedCall | null> {
    const wanted = place
    const { startCall } = await import('./start-call.ts')
    if (wanted === null || wanted !== place) return null
    return (started ??= follow(
      startCall(wanted, () => (isSoundBlocked.value = started?.voices.isBlocked ?? false)),
    ))
  }

  function follow(made: StartedCall): StartedCall {
    speakerId.value = recallChoices().speakerId ?? null
    made.voices.setSpeaker(speakerId.value)
    made.engine.onChange(look)
    return made
  }

  function look(): void {
    const before = snapshot.value
    const now = started?.engine.snapshot() ?? null
    snapshot.value = now
    started?.voices.set(soundsOf(now?.participants ?? [], place?.self.personId))
    if (before?.status === 'in-call' && now?.status === 'in-call') tellChanges(before, now)
    if (now?.status === 'in-call') letGo ??= place === null ? null : keepSession(place)
    else if (away.value !== null) close()
    else {
      letGo?.()
      letGo = null
    }
  }

  function tellChanges(before: CallSnapshot, now: CallSnapshot): void {
    const beforeById = new Map(before.participants.map((participant) => [participant.clientId, participant]))
    const idsNow = new Set(now.participants.map(({ clientId }) => clientId))
    const come = now.participants.filter(({ clientId }) => !beforeById.has(clientId) && !there.has(clientId))
    const gone = before.participants.filter(({ clientId }) => !idsNow.has(clientId))
    for (const { name } of come) announce(t('call.joined', { name }))
    for (const { clientId, name, isSelf, hasScreen } of now.participants)
      if (hasScreen && !isSelf && beforeById.get(clientId)?.hasScreen !== true)
        announce(t('call.shares', { name }))
    for (const { name } of gone) announce(t('call.left', { name }))
    if (hasSounds.value && come.length + gone.length > 0)
      started?.chimes.play(come.length > 0 ? 'joined' : 'left')
    // Whoever of them goes and comes back, does come.
    there = new Set([...there].filter((id) => idsNow.has(id) || !beforeById.has(id)))
  }

  function toggleSounds(): void {
    hasSounds.value = !hasSounds.value
    remember(soundsKey, hasSounds.value ? null : false)
  }

  /** Resolves once the preview is open. Rejects if what it needs cannot be fetched. */
  async function openPreview(): Promise<void> {
    const call = await start()
    const isElsewhere = place !== null && isElsewhereIn(place)
    const wishes = { microphone: true, camera: true, ...recallChoices() }
    // Two microphones of one person would be heard twice.
    call?.engine.openPreview(isElsewhere ? { ...wishes, microphone: false } : wishes)
  }

  /** Joins with the devices as they stand, which the next visit starts with. */
  function join({ withCamera }: Readonly<{ withCamera: boolean }>): void {
    if (started === null || place === null) return
    const { engine } = started
    if (!withCamera) engine.setCamera(false)
    const { microphone, camera } = engine.snapshot()
    if (!isElsewhereIn(place)) choose({ microphone: microphone.state !== 'off' })
    // Who has no camera today may have one tomorrow.
    if (camera.error === null) choose({ camera: camera.state !== 'off' })
    there = new Set(callersOf(place.session.presence))
    engine.join()
  }

  function leave(): void {
    started?.engine.leave()
  }

  /** Lets a muted microphone be heard until `endTalk`. False if it is not muted. */
  function holdToTalk(): boolean {
    if (snapshot.value?.status !== 'in-call' || snapshot.value.microphone.state !== 'off') return false
    isHeldToTalk.value = true
    started?.engine.setMicrophone(true)
    return true
  }

  function endTalk(): void {
    if (!isHeldToTalk.value) return
    isHeldToTalk.value = false
    started?.engine.setMicrophone(false)
  }

  function toggleMicrophone(): void {
    isHeldToTalk.value = false
    started?.engine.setMicrophone(snapshot.value?.microphone.state === 'off')
  }

  function toggleCamera(): void {
    started?.engine.setCamera(snapshot.value?.camera.state === 'off')
  }

  /** From a press. */
  function toggleScreen(): void {
    if (snapshot.value?.screen.state === 'off') started?.engine.startScreen()
    else started?.engine.stopScreen()
  }

  function chooseMicrophone(deviceId: string): void {
    started?.engine.chooseMicrophone(deviceId)
    choose({ microphoneId: deviceId })
  }

  function chooseCamera(deviceId: string): void {
    started?.engine.chooseCamera(deviceId)
    choose({ cameraId: deviceId })
  }

  function chooseSpeaker(deviceId: string): void {
    speakerId.value = deviceId
    started?.voices.setSpeaker(deviceId)
    choose({ speakerId: deviceId })
  }

  return {
    /** Of the room in view. */
    status: computed(() => (away.value !== null ? 'idle' : (snapshot.value?.status ?? 'idle'))),
    snapshot,
    /** Of the room whose call this page is in; null outside a call. */
    session: computed(() => (snapshot.value?.status === 'in-call' ? (place?.session ?? null) : null)),
    away,
    speakerId,
    isSoundBlocked,
    isLockedOut,
    isHeldToTalk,
    hasSounds,
    toggleSounds,
    show,
    openPreview,
    cancelPreview: () => started?.engine.closePreview(),
    join,
    leave,
    holdToTalk,
    endTalk,
    toggleMicrophone,
    toggleCamera,
    toggleScreen,
    chooseMicrophone,
    chooseCamera,
    chooseSpeaker,
    /** What both ends of a link compare; null while there is none. Rejects if it cannot be loaded. */
    codeOf: async (clientId: number, roomId: RoomId) =>
      (await started?.engine.codeOf(clientId, roomId)) ?? null,
    /** The newest numbers of each link, by clientID. */
    stats: () => started?.engine.stats() ?? new Map<number, LinkStats>(),
    /** Everybody is told that this page records the call, or does no more. */
    setRecording: (isOn: boolean) => started?.engine.setRecording(isOn),
    ownSounds: () => started?.engine.ownSounds() ?? [],
    /** From a press. */
    resumeSound: () => started?.voices.resume(),
    /** Loudness of the own microphone, 0…1. */
    microphoneLevel: () => started?.engine.microphoneLevel() ?? null,
  }
})

function isElsewhereIn({ session, self }: Place): boolean {
  return isAlreadyThere(session.presence.others(), self.personId)
}

function* callersOf(presence: PresencePort): Iterable<number> {
  for (const [clientId, { call }] of presence.others()) if (readCallPresence(call) !== null) yield clientId
}

const choicesKey = 'devices'

function choose(choice: Choices): void {
  remember(choicesKey, { ...recallChoices(), ...choice })
}

function recallChoices(): Choices {
  const value = recall(choicesKey)
  if (typeof value !== 'object' || value === null) return {}
  const kept = value as Record<string, unknown>
  const text = (key: string): object => (typeof kept[key] === 'string' ? { [key]: kept[key] } : {})
  const flag = (key: string): object => (typeof kept[key] === 'boolean' ? { [key]: kept[key] } : {})
  return {
    ...flag('microphone'),
    ...flag('camera'),
    ...text('microphoneId'),
    ...text('cameraId'),
    ...text('speakerId'),
  }
}
