/** A call and what befalls its pages: they are two of one person, they freeze, and their microphone is muted. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RoomPage } from '../support/room-page.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

test('[CA15] two tabs of one person are two participants; neither plays the other, and the second joins muted', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.guest.context.addInitScript(() => {
    const played: MediaStream[] = []
    Object.assign(window, { played })
    const { prototype } = HTMLMediaElement
    const play = Object.getOwnPropertyDescriptor(prototype, 'play')?.value as (
      this: HTMLMediaElement,
    ) => Promise<void>
    prototype.play = async function () {
      if (this instanceof HTMLAudioElement && this.srcObject instanceof MediaStream)
        played.push(this.srcObject)
      return play.call(this)
    }
  })
  await ada.page.reload()
  await ada.isConnection('live')
  await ada.joinCall()
  await ben.joinCall()
  const second = new RoomPage({ ...ada.guest, page: await ada.guest.context.newPage() }, ada.roomId)
  await second.open()
  await second.page.getByRole('button', { name: /^Join call/ }).click()
  await second.page.getByText(/^You are in this call already/).waitFor()
  await second.page.getByRole('button', { name: 'Join', exact: true }).click()
  await Promise.all([ada.hasOthers(2), ben.hasOthers(2), second.hasOthers(2)])
  await second.page.locator('[data-self][data-microphone="off"]').waitFor()
  await ada.page.getByRole('group', { name: /\(you, elsewhere\)$/ }).waitFor()
  for (const { page } of [ada, second])
    await until(
      () =>
        page.evaluate(() => {
          const { played } = window as unknown as { played: MediaStream[] }
          return new Set(played).size === 1 || undefined
        }),
      'the sound of Ben alone',
    )
})

test('a tab that the browser freezes stays in the call, and is whole when it comes back', async () => {
  const [ada, ben] = await scene.meet('Ada', 'Ben')
  assert.ok(ada !== undefined && ben !== undefined)
  await ada.joinCall()
  await ben.joinCall()
  await Promise.all([ada.seesVideoGrow(1), ben.seesVideoGrow(1)])
  const control = await ben.page.context().newCDPSession(ben.page)
  await control.send('Page.setWebLifecycleState', { state: 'frozen' })
  await ada.seesVideoGrow(1)
  await ada.say('are you there?')
  await control.send('Page.setWebLifecycleState', { state: 'active' })
  await ben.hears('are you there?')
  await Promise.all([ada.hasOthers(1), ben.hasOthers(1)])
  for (const { others, page } of [ada, ben])
    await others.and(page.locator('[data-state="connected"]')).waitFor()
  await Promise.all([ada.seesVideoGrow(1), ben.seesVideoGrow(1)])
})

test('who talks while muted is told, with the way to be heard; put away, it stays away', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  // The browser's own microphone beeps once a second: nobody talks like that.
  await ada.guest.context.addInitScript(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await open(constraints)
      if (constraints?.audio === undefined) return stream
      const context = new AudioContext()
      const voice = context.createOscillator()
      const out = context.createMediaStreamDestination()
      voice.connect(out)
      voice.start()
      return new MediaStream([...out.stream.getTracks(), ...stream.getVideoTracks()])
    }
  })
  await ada.page.reload()
  await ada.isConnection('live')
  await ada.joinCall()
  const { page } = ada
  await page.getByRole('button', { name: 'Mute', exact: true }).click()
  await page.locator('[data-hint="muted"]').waitFor()
  await page
    .locator('[data-hint="muted"]')
    .getByRole('button', { name: /^Unmute/ })
    .click()
  await page.locator('[data-self][data-microphone="on"]').waitFor()
  await becomes(() => page.locator('[data-hint="muted"]').count(), 0)
})
