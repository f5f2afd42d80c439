/**
 * The call's world in a browser. See world.ts.
 */
import { openMeter } from './levels.ts'
import type { CallWorld, Clock, EffectWorld, MediaWorld, Undo } from './world.ts'

export const browserClock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs)
    return () => {
      clearTimeout(timer)
    }
  },
}

export function browserWorld(): CallWorld {
  return {
    clock: browserClock,
    random: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
    media: browserMedia(),
    connect: (configuration) => new RTCPeerConnection(configuration),
    certificate: makeCertificate,
    codecs: (kind) => RTCRtpReceiver.getCapabilities(kind)?.codecs ?? null,
    onOnline: (listener) => listen(window, 'online', listener),
    onWake,
    onPageHide: (listener) => listen(window, 'pagehide', listener),
  }
}

/** A browser that makes none for us makes one for each connection: then no third can pass on a new one. */
async function makeCertificate(): Promise<RTCCertificate | null> {
  try {
    return await RTCPeerConnection.generateCertificate({
      name: 'ECDSA',
      namedCurve: 'P-256',
    } as AlgorithmIdentifier)
  } catch {
    return null
  }
}

/** Frozen pages and those from the cache come back; the kind of network changes (where the browser tells it). */
function onWake(listener: () => void): Undo {
  const { connection } = navigator as { connection?: EventTarget }
  const undos = [
    listen(window, 'pageshow', listener),
    listen(document, 'resume', listener),
    listen(document, 'visibilitychange', () => {
      if (document.visibilityState === 'visible') listener()
    }),
    connection === undefined ? () => undefined : listen(connection, 'change', listener),
  ]
  return () => {
    for (const undo of undos) undo()
  }
}

function browserMedia(): MediaWorld {
  // Both are missing outside secure contexts, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined
  return {
    canCapture: devices !== undefined && 'getUserMedia' in devices,
    canShareScreen: devices !== undefined && 'getDisplayMedia' in devices,
    openDevices: async (constraints) => required(devices).getUserMedia(constraints),
    openScreen: async (options) => required(devices).getDisplayMedia(options),
    listDevices: async () => (devices === undefined ? [] : devices.enumerateDevices()),
    onDevicesChange: (listener) =>
      devices === undefined ? () => undefined : listen(devices, 'devicechange', listener),
    permission: async (name) => {
      try {
        return (await navigator.permissions.query({ name })).state
      } catch (error) {
        // A TypeError says that this browser does not know the name: then it tells nothing.
        if (error instanceof TypeError) return null
        throw error
      }
    },
    streamOf: (tracks) => new MediaStream([...tracks]),
    meter: openMeter,
    coresCount: navigator.hardwareConcurrency,
    effects: {
      noise: typeof AudioWorkletNode === 'undefined' ? null : suppressNoise,
      blur: 'MediaStreamTrackGenerator' in window ? blurBackground : null,
    },
  }
}

/** Fetched when it is switched on for the first time. */
const suppressNoise: EffectWorld = async (source, onFail) =>
  (await import('./effects/noise.ts')).suppressNoise(source, onFail)

/** The same. */
const blurBackground: EffectWorld = async (source, onFail) =>
  (await import('./effects/blur.ts')).blurBackground(source, onFail)

function required(devices: MediaDevices | undefined): MediaDevices {
  if (devices === undefined) throw new DOMException('no devices outside secure contexts', 'SecurityError')
  return devices
}

function listen(target: EventTarget, event: string, listener: () => void): Undo {
  target.addEventListener(event, listener)
  return () => {
    target.removeEventListener(event, listener)
  }
}
