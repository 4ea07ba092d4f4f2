"""The load: many clients on kept connections, on a clock or as fast as they are answered.

    python -m mlprep.serving.load PORT CLIENTS SECONDS RATE     prints latencies as JSON

With RATE 0 each client sends its next request when it has its answer (a closed loop: it finds the
capacity, and hides overload). With a rate, requests are due at random times that no answer moves,
and a latency counts from when the request was *due*, waiting for a free client included.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time


class Client:
    """One connection that speaks just enough HTTP/1.1: httpx would cost more than the server."""

    async def open(self, port: int) -> Client:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        return self

    async def predict(self, body: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        self.writer.write(
            b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body) + body
        )
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        return int(head.split(b" ", 2)[1]), await self.reader.readexactly(length)


async def drive(port: int, bodies: list[bytes], clients: int, seconds: float, rate: float) -> dict:
    """Send for so long; {"latencies_s": […], "failed": n, "seconds": …, "answers": {i: y}, …}."""
    pool = [await Client().open(port) for _ in range(clients)]
    latencies: list[float] = []
    answers: dict[int, list[float]] = {}
    failed = largest = 0
    due: asyncio.Queue = asyncio.Queue()
    begun = time.perf_counter()

    async def clock():
        stream, at = random.Random(7), 0.0
        while (at := at + stream.expovariate(rate)) < seconds:
            await asyncio.sleep(max(0.0, begun + at - time.perf_counter()))
            due.put_nowait(begun + at)
        for _ in pool:
            due.put_nowait(None)

    async def work(client: Client, number: int):
        nonlocal failed, largest
        while True:
            if rate:
                at = await due.get()
                if at is None:
                    return
            elif (at := time.perf_counter()) > begun + seconds:
                return
            which = (len(latencies) + failed + number) % len(bodies)
            status, body = await client.predict(bodies[which])
            if status == 200:
                latencies.append(time.perf_counter() - at)
                answer = json.loads(body)
                largest = max(largest, answer["batch"])
                answers.setdefault(which, answer["y"])
            else:
                failed += 1

    jobs = [work(client, number) for number, client in enumerate(pool)]
    await asyncio.gather(*jobs, *([clock()] if rate else []))
    taken = time.perf_counter() - begun
    for client in pool:
        client.writer.close()
    return {
        "latencies_s": latencies,
        "failed": failed,
        "seconds": taken,
        "answers": answers,
        "largest_batch": largest,
    }


if __name__ == "__main__":
    from mlprep.serving.model import inputs

    requests = [json.dumps({"x": [round(float(v), 3) for v in row]}).encode() for row in inputs(64)]
    port, clients, seconds, rate = (float(word) for word in sys.argv[1:])
    print(json.dumps(asyncio.run(drive(int(port), requests, int(clients), seconds, rate))))
