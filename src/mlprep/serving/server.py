"""The server: FastAPI in front of onnxruntime, with a micro-batcher between them.

    python -m mlprep.serving.server MODEL PORT MAX_BATCH MAX_WAIT_MS

A batch closes when it is full, or when its *first* request has waited for MAX_WAIT_MS. MAX_BATCH 1
is the server without batching: the same code, one request at a time.
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI, HTTPException, Request


class Batcher:
    """Collects requests, runs them together in one thread, and hands out the answers."""

    def __init__(self, run, max_batch: int, max_wait_s: float):
        self.run, self.max_batch, self.max_wait_s = run, max_batch, max_wait_s
        self.waiting: asyncio.Queue = asyncio.Queue()
        self.thread = ThreadPoolExecutor(1)

    async def predict(self, row):
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        self.waiting.put_nowait((row, answer, loop.time()))
        return await answer

    async def work(self):
        loop = asyncio.get_running_loop()
        while True:
            batch = [await self.waiting.get()]
            closes = batch[0][2] + self.max_wait_s  # may be over, if the worker was busy
            while len(batch) < self.max_batch:
                if not self.waiting.empty():
                    batch.append(self.waiting.get_nowait())
                    continue
                try:
                    next_one = asyncio.wait_for(self.waiting.get(), closes - loop.time())
                    batch.append(await next_one)
                except TimeoutError:
                    break
            rows = [row for row, _, _ in batch]
            try:
                results = await loop.run_in_executor(self.thread, self.run, rows)
                for (_, answer, _), result in zip(batch, results, strict=True):
                    if not answer.done():
                        answer.set_result(result)
            except Exception as error:
                for _, answer, _ in batch:
                    if not answer.done():
                        answer.set_exception(error)


def application(model: str, max_batch: int, max_wait_s: float):
    """The web application: POST /predict {"x": [64 floats]} → {"y": [10 floats], "batch": …}."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    width = session.get_inputs()[0].shape[1]

    def run(rows):
        return [(y, len(rows)) for y in session.run(None, {"x": np.stack(rows)})[0]]

    @asynccontextmanager
    async def lifespan(app):
        app.state.batcher = Batcher(run, max_batch, max_wait_s)
        worker = asyncio.create_task(app.state.batcher.work())
        yield
        worker.cancel()

    app = FastAPI(lifespan=lifespan)

    @app.get("/health")
    async def health():
        return {"model": model, "max_batch": max_batch, "max_wait_s": max_wait_s}

    @app.post("/predict")
    async def predict(request: Request):
        try:
            row = np.asarray((await request.json())["x"], np.float32)
        except (ValueError, KeyError, TypeError):
            raise HTTPException(422, "a body {'x': [floats]} is wanted") from None
        if row.shape != (width,):
            raise HTTPException(422, f"x has {width} numbers")
        y, size = await app.state.batcher.predict(row)
        return {"y": y.tolist(), "batch": size}

    return app


if __name__ == "__main__":
    path, port, most, wait_ms = sys.argv[1:]
    uvicorn.run(
        application(path, int(most), float(wait_ms) / 1000),
        host="127.0.0.1",
        port=int(port),
        log_level="warning",
        access_log=False,
    )
