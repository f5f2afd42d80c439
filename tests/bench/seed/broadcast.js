/**
 * The peer we measure the chat against: rooms on socket.io, as its guides show them. What is said is passed on to the
 * others in the room and acknowledged; nothing is kept. Prints its port as JSON when it listens. Loopback only.
 */
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const http = createServer()

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
