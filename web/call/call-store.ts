/** The call of the room this page is in. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { readCallPresence } from '#shared/call/signal.ts'
import type { PersonId, RoomId } from '#shared/ids.ts'
import { recall, remember } from '../device.ts'
import { useI18n } from '../i18n.ts'
import type { PresencePort } from '../sync/ports.ts'
import type { RoomSession } from '../sync/room-session.ts'
import { announce } from '../ui/announce.ts'
import { browserWorld } from './engine/browser-world.ts'
import { createCall, type CallEngine, type CallSnapshot, type DeviceWishes } from './engine/call.ts'
import { Voices } from './engine/voices.ts'
import { roomIce } from './room-ice.ts'

/** What this device remembers of an earlier call. */
type Choices = Readonly<Partial<DeviceWishes & { speakerId: string }>>

export const useCallStore = defineStore('call', () => {
  const { t } = useI18n()
  const snapshot = shallowRef<CallSnapshot | null>(null)
  const speakerId = shallowRef<string | null>(null)
  /** The browser lets nothing be heard before the person has pressed something. */
  const isSoundBlocked = shallowRef(false)
  const voices = new Voices(
    () => new Audio(),
    () => (isSoundBlocked.value = voices.isBlocked),
  )
  let engine: CallEngine | null = null
  let presence: PresencePort | null = null
  /** ClientIDs of those who were in the call before this page joined: they did not come. */
  let there: ReadonlySet<number> = new Set()

  function open(session: RoomSession, self: Readonly<{ personId: PersonId; name: string }>): void {
    close()
    const made = createCall({
      world: browserWorld(),
      presence: session.presence,
      self,
      ice: roomIce(session),
    })
    engine = made
    presence = session.presence
    speakerId.value = recallChoices().speakerId ?? null
    voices.setSpeaker(speakerId.value)
    made.onChange(look)
    look()
  }

  /** Leaves the call, if this page is in it. */
  function close(): void {
    engine?.[Symbol.dispose]()
    engine = null
    presence = null
    snapshot.value = null
    voices.set([])
  }

  function look(): void {
    const before = snapshot.value
    const now = engine?.snapshot() ?? null
    snapshot.value = now
    voices.set(soundsOf(now))
    if (before?.status === 'in-call' && now?.status === 'in-call') tellChanges(before, now)
  }

  function tellChanges(before: CallSnapshot, now: CallSnapshot): void {
    const beforeById = new Map(before.participants.map((participant) => [participant.clientId, participant]))
    const idsNow = new Set(now.participants.map(({ clientId }) => clientId))
    for (const { clientId, name, isSelf, hasScreen } of now.participants) {
      const known = beforeById.get(clientId)
      if (known === undefined && !there.has(clientId)) announce(t('call.joined', { name }))
      if (hasScreen && !isSelf && known?.hasScreen !== true) announce(t('call.shares', { name }))
    }
    for (const { clientId, name } of before.participants)
      if (!idsNow.has(clientId)) announce(t('call.left', { name }))
    // Whoever of them goes and comes back, does come.
    there = new Set([...there].filter((id) => idsNow.has(id) || !beforeById.has(id)))
  }

  function openPreview(): void {
    engine?.openPreview({ microphone: true, camera: true, ...recallChoices() })
  }

  /** Joins with the devices as they stand, which the next visit starts with. */
  function join({ withCamera }: Readonly<{ withCamera: boolean }>): void {
    if (engine === null) return
    if (!withCamera) engine.setCamera(false)
    const { microphone, camera } = engine.snapshot()
    choose({ microphone: microphone.state !== 'off' })
    // Who has no camera today may have one tomorrow.
    if (camera.error === null) choose({ camera: camera.state !== 'off' })
    there = new Set(callersOf(presence))
    engine.join()
  }

  function leave(): void {
    engine?.leave()
  }

  function toggleMicrophone(): void {
    engine?.setMicrophone(engine.snapshot().microphone.state === 'off')
  }

  function toggleCamera(): void {
    engine?.setCamera(engine.snapshot().camera.state === 'off')
  }

  /** From a press. */
  function toggleScreen(): void {
    if (engine?.snapshot().screen.state === 'off') engine.startScreen()
    else engine?.stopScreen()
  }

  function chooseMicrophone(deviceId: string): void {
    engine?.chooseMicrophone(deviceId)
    choose({ microphoneId: deviceId })
  }

  function chooseCamera(deviceId: string): void {
    engine?.chooseCamera(deviceId)
    choose({ cameraId: deviceId })
  }

  function chooseSpeaker(deviceId: string): void {
    speakerId.value = deviceId
    voices.setSpeaker(deviceId)
    choose({ speakerId: deviceId })
  }

  return {
    status: computed(() => snapshot.value?.status ?? 'idle'),
    snapshot,
    speakerId,
    isSoundBlocked,
    open,
    close,
    openPreview,
    cancelPreview: () => engine?.closePreview(),
    join,
    leave,
    toggleMicrophone,
    toggleCamera,
    toggleScreen,
    chooseMicrophone,
    chooseCamera,
    chooseSpeaker,
    /** What both ends of a link compare; null while there is none. Rejects if it cannot be loaded. */
    codeOf: async (clientId: number, roomId: RoomId) => (await engine?.codeOf(clientId, roomId)) ?? null,
    /** From a press. */
    resumeSound: () => voices.resume(),
    /** Loudness of the own microphone, 0…1. */
    microphoneLevel: () => engine?.microphoneLevel() ?? 0,
  }
})

function* callersOf(presence: PresencePort | null): Iterable<number> {
  for (const [clientId, { call }] of presence?.others() ?? [])
    if (readCallPresence(call) !== null) yield clientId
}

/** The others' voices, and what their screens sound like. */
function soundsOf(snapshot: CallSnapshot | null): MediaStream[] {
  const sounds: MediaStream[] = []
  for (const { isSelf, voice, screen } of snapshot?.participants ?? []) {
    if (voice !== null) sounds.push(voice)
    if (!isSelf && screen !== null && screen.getAudioTracks().length > 0) sounds.push(screen)
  }
  return sounds
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
