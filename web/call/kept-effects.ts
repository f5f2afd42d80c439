/** What is done to the own voice and picture before they are sent, as this device remembers it. */
import { recall, remember } from '../device.ts'
import type { CallEngine } from './engine/call.ts'
import type { EffectName } from './engine/effect.ts'

const keys: Readonly<Record<EffectName, string>> = { noise: 'call-noise', blur: 'call-blur' }
let engine: Pick<CallEngine, 'setEffect'> | null = null

/** From now on effects are those of this call, which begins as the last one was. */
export function startEffects(call: Pick<CallEngine, 'setEffect'>): void {
  engine = call
  for (const name of ['noise', 'blur'] as const) if (recall(keys[name]) === true) call.setEffect(name, true)
}

/** In this call and those after it. */
export function setEffect(name: EffectName, isOn: boolean): void {
  engine?.setEffect(name, isOn)
  remember(keys[name], isOn ? true : null)
}
