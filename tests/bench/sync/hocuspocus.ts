/** A bare Hocuspocus server, as its guide shows it: no guard, no log, no stamps. Prints its port as JSON. */
import { Server } from '@hocuspocus/server'

const server = new Server({ address: '127.0.0.1', port: 0, quiet: true })
await server.listen()
console.log(JSON.stringify({ port: server.address.port }))
