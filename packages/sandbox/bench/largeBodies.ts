/**
 * Measures the memory of a server to which 2,000 connections send all bytes of a 4 MiB body except the last byte.
 *
 * Reads the memory from `/proc`, so it needs Linux. Needs 4,100 open files: `ulimit -n`.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

const connections = Number(process.argv[2] ?? 2_000)
const bodyBytes = 4 * 1024 * 1024
const command = new URL("../src/operator/command.ts", import.meta.url).pathname

const server = spawn(process.execPath, [command, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] })

const portOf = async (): Promise<number> => {
  for await (const chunk of server.stdout) {
    const port = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(String(chunk))?.[1]
    if (port !== undefined) {
      return Number(port)
    }
  }
  throw new Error("the server did not print its address")
}

const mebibytes = (): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))![1]) / 1_024)

const head = [
  "POST /trade-api/v2/portfolio/events/orders HTTP/1.1",
  "host: 127.0.0.1",
  "content-type: application/json",
  `content-length: ${bodyBytes}`,
  "",
  ""
].join("\r\n")

const body = Buffer.alloc(bodyBytes - 1, 0x20)
const statuses = new Map<string, number>()
const count = (status: string) => statuses.set(status, (statuses.get(status) ?? 0) + 1)

const send = async (port: number): Promise<Socket> => {
  const socket = connect(port, "127.0.0.1")
  socket.on("error", () => count("reset"))
  socket.on("data", (chunk) => count(String(chunk).slice(9, 12)))
  await once(socket, "connect")
  socket.write(head)
  socket.write(body)
  return socket
}

const port = await portOf()
const isServing = async () => (await fetch(`http://127.0.0.1:${port}/trade-api/v2/exchange/status`)).status === 200
await isServing()
const before = mebibytes()
let most = before
const watch = setInterval(() => (most = Math.max(most, mebibytes())), 20)
const begun = performance.now()
const sockets = await Promise.all(Array.from({ length: connections }, () => send(port)))
await sleep(5_000)
const served = await isServing()
sockets.forEach((socket) => socket.destroy())
await sleep(2_000)
clearInterval(watch)
console.log(`${connections} connections with ${bodyBytes} bytes each, Node ${process.version}`)
console.log(`resident memory in MiB: before ${before}, at most ${most}, after ${mebibytes()}`)
console.log(`responses: ${JSON.stringify(Object.fromEntries(statuses))}, ${Math.round(performance.now() - begun)} ms`)
console.log(`served another request meanwhile: ${served}, and afterwards: ${await isServing()}`)
server.kill()
