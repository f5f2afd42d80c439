/**
 * The peer we measure the chat against: rooms on socket.io, as its guides show them. What is said is passed on to the
 * others in the room and acknowledged; nothing is kept. Prints its port as JSON when it listens. Loopback only.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const files = {
  '/': ['chat.html', 'text/html'],
  '/chat.js': ['chat.js', 'text/javascript'],
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
  socket.on('join', (room, done) => {
    socket.join(room)
    socket.on('message', (text, taken) => {
      socket.to(room).emit('message', text)
      taken()
    })
    done()
  })
})

http.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: http.address().port }))
})
