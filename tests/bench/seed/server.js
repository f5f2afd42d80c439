/**
 * The peer we measure against: a minimal meeting page on PeerJS and socket.io, written the way their guides show it.
 * Prints its two ports as JSON when it listens. Loopback only.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { PeerServer } from 'peer'
import { Server } from 'socket.io'

const files = {
  '/': ['page.html', 'text/html'],
  '/page.js': ['page.js', 'text/javascript'],
  '/peerjs.js': ['node_modules/peerjs/dist/peerjs.min.js', 'text/javascript'],
  '/socket.io.js': ['node_modules/socket.io/client-dist/socket.io.min.js', 'text/javascript'],
}

const http = createServer((request, response) => {
  const file = files[new URL(request.url, 'http://localhost').pathname]
  if (file === undefined) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'Content-Type': file[1] }).end(readFileSync(new URL(file[0], import.meta.url)))
})

new Server(http).on('connection', (socket) => {
  socket.on('join-room', (room, peerId) => {
    socket.join(room)
    socket.to(room).emit('user-connected', peerId)
    socket.on('disconnect', () => socket.to(room).emit('user-disconnected', peerId))
  })
})

PeerServer({ port: 0, host: '127.0.0.1', path: '/' }, (peerHttp) => {
  http.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ port: http.address().port, peerPort: peerHttp.address().port }))
  })
})
