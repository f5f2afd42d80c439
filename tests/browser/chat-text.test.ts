/** What people write in chat, and as names and titles, is shown as text, and breaks no page. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameLengthMax, roomTitleLengthMax } from '#shared/limits.ts'
import { paths, type InviteResponse } from '#shared/http.ts'
import type { RoomId } from '#shared/ids.ts'
import type { Page } from 'playwright-core'
import { askFrom } from '../support/browser.ts'
import { openScene } from '../support/scene.ts'
import { becomes, until } from '../support/until.ts'

const scene = await openScene()

const corpus = [
  '<script>window.isHit=1</script>',
  '<img src=x onerror="isHit=1">',
  '<svg onload=isHit=1>',
  '<iframe srcdoc="<script>parent.isHit=1</script>">',
  '"><b onmouseover=isHit=1 id=hit>',
  "'-(window.isHit=1)-'",
  '{{constructor.constructor("isHit=1")()}}',
  '[x](javascript:isHit=1)',
  '![x](x"onerror="isHit=1)',
  '<a href="javascript:isHit=1">x</a>',
]

/** Nothing of the corpus has become an element, or has run. */
async function isUnharmed(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    isHit: 'isHit' in window,
    elements: document.querySelectorAll('[src="x"], [onload], [onerror], [onmouseover], [srcdoc], #hit')
      .length,
    scripts: [...document.querySelectorAll('a')].filter(({ protocol }) => protocol === 'javascript:').length,
  }))
  assert.deepEqual(found, { isHit: false, elements: 0, scripts: 0 })
}

test('[X-01] [X-02] [X-03] markup is text in names, titles, messages, what answers them, and what is found', async () => {
  const markup = '<img src=x onerror="isHit=1">'
  const [ada, ben] = await scene.roomOf(
    await scene.person(markup),
    await scene.person('<svg onload=isHit=1>'),
  )
  assert.ok(ada !== undefined && ben !== undefined)
  await askFrom(ada.page, 'PATCH', paths.room(ada.roomId as RoomId), { title: `"><b id=hit>${markup}` })
  await ada.page.getByRole('heading', { name: markup }).first().waitFor()
  for (const text of corpus) {
    await ada.composer.fill(text)
    await ada.composer.press('Enter')
  }
  await ben.hears(corpus.at(-1) ?? '')
  await ben.act('onmouseover', 'Reply')
  await ben.say(`- > **${markup}** ends it`, 'ends it')
  await ada.hears('ends it')
  for (const { page } of [ada, ben]) {
    await isUnharmed(page)
    await page.getByRole('button', { name: 'Search messages' }).first().click()
    await page.getByRole('searchbox').fill('isHit')
    await page.locator('.hit').first().waitFor()
    await isUnharmed(page)
    await page.getByRole('searchbox').press('Escape')
  }
  const { token } = await askFrom<InviteResponse>(ada.page, 'POST', paths.invites(ada.roomId as RoomId), {})
  for (const path of ['/', `/i/${token}`]) {
    await ben.page.goto(path)
    await ben.page.getByText(markup).first().waitFor()
    await isUnharmed(ben.page)
  }
})

const zalgo = 'Z\u0351\u0352\u0353\u0354\u0357\u0358\u0359\u035a'
const texts = {
  'without a space': 'W'.repeat(4_000),
  'stacked marks': `zal${(zalgo + '\u0360'.repeat(60)).repeat(20)}go`,
  reversing: `\u202e\u2067reversed ${'abc '.repeat(60)}`,
  'right to left': `مرحبا ${'https://stoa.example/'.padEnd(400, 'x')}`,
  'a long word of code': `\`${'x'.repeat(1_500)}\`\n\`\`\`\n${'y'.repeat(1_500)}\n\`\`\``,
  'a deep list': Array.from({ length: 60 }, (_, depth) => `${'  '.repeat(depth)}- deep`).join('\n'),
  'deep quotes': `${'>'.repeat(500)} deep\n${'- '.repeat(400)}wide`,
  'a wide list': `999999999. ${'z'.repeat(900)}`,
}

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]) {
  test(`[X-05] [X-06] at ${viewport.width} px no text, name or title is wider than the page`, async () => {
    // The rules of names leave out what reverses; marks and width they do not.
    const long = (zalgo + 'W'.repeat(80)).slice(0, nameLengthMax - 6)
    const [ada, ben] = await scene.roomOf(
      await scene.person(long, { viewport }),
      await scene.person(`ب${'W'.repeat(nameLengthMax - 8)}`, { viewport }),
    )
    assert.ok(ada !== undefined && ben !== undefined)
    await askFrom(ada.page, 'PATCH', paths.room(ada.roomId as RoomId), {
      title: (zalgo + 'M'.repeat(100)).slice(0, roomTitleLengthMax),
    })
    for (const text of Object.values(texts)) {
      await ada.composer.fill(text)
      await ada.composer.press('Enter')
    }
    await until(async () => (await ada.messages.count()) === Object.keys(texts).length, 'all are shown')
    await ada.composer.fill('w'.repeat(1_000_000))
    const widths = await ada.page.evaluate(() => {
      const rows = [...document.querySelectorAll<HTMLElement>('[data-message-key]')]
      const list = document.querySelector<HTMLElement>('.list')
      return {
        page: document.documentElement.scrollWidth - window.innerWidth,
        list: (list?.scrollWidth ?? 0) - (list?.clientWidth ?? 0),
        rows: rows.filter((row) => row.scrollWidth > row.clientWidth).length,
        composer: (document.querySelector('textarea')?.clientHeight ?? 0) > 200,
        tooDeep: document.querySelectorAll(`${':is(li, blockquote) '.repeat(7)} *`).length,
      }
    })
    assert.deepEqual(widths, { page: 0, list: 0, rows: 0, composer: false, tooDeep: 0 })
  })
}

test('[CH5] code is coloured, and can be read before and without that', async () => {
  const [ada] = await scene.meet('Ada')
  assert.ok(ada !== undefined)
  await ada.say('```ts\nconst answer = 42\n```', 'const answer = 42')
  const word = ada.message('const answer = 42').locator('.word')
  await word.waitFor()
  await becomes(() => word.innerText(), 'const')
  await ada.say('```\nplain words\n```', 'plain words')
  await becomes(() => ada.message('plain words').locator('pre span').count(), 0)
})
