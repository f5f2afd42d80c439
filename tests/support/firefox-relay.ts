/**
 * Runs a Firefox, and stands between it and Playwright: `node firefox-relay.ts PROGRAM ARGUMENTS…`.
 *
 * Playwright asks for what an extended-support Firefox does not know yet, and gives up. Those commands are answered
 * here, and everything else goes through as it is. It lives as long as the browser does.
 */
import { spawn } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { WebSocket, WebSocketServer } from 'ws'

/** Commands that are as good as done. */
const unknown: readonly unknown[] = ['emulation.setMediaFeaturesOverride']

const [program = '', ...args] = process.argv.slice(2)
const browser = spawn(program, args, { stdio: ['ignore', 'inherit', 'pipe'] })
browser.on('error', (error) => {
  console.error(error.message)
  process.exit(1)
})
browser.on('exit', (code) => process.exit(code ?? 1))
createInterface(browser.stderr).on('line', (line) => {
  const address = /^WebDriver BiDi listening on (ws:\S+)$/.exec(line)?.[1]
  if (address === undefined) console.error(line)
  else stand(address)
})

function stand(address: string): void {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  server.on('listening', () => {
    const { port } = server.address() as AddressInfo
    // Playwright waits for this line.
    console.error(`WebDriver BiDi listening on ws://127.0.0.1:${String(port)}`)
  })
  server.on('connection', (near, { url }) => {
    const far = new WebSocket(`${address}${url ?? ''}`, { perMessageDeflate: false })
    const opened = new Promise((resolve) => far.once('open', resolve))
    near.on('message', (data: Buffer) => {
      const text = data.toString()
      const { id, method } = JSON.parse(text) as Readonly<{ id: number; method: string }>
      if (unknown.includes(method)) near.send(JSON.stringify({ type: 'success', id, result: {} }))
      else void opened.then(() => far.send(text))
    })
    far.on('message', (data: Buffer) => {
      near.send(data.toString())
    })
    far.on('close', () => {
      near.close()
    })
    near.on('close', () => {
      far.close()
    })
  })
}
