#!/usr/bin/env python3
"""The job as a Python script would do it: back up, register, read the status; so many numbers at a time.

aiohttp_client.py PORT NUMBERS CONCURRENCY. Without aiohttp (Debian: python3-aiohttp) it ends with status 77.
"""
import asyncio
import sys

try:
    import aiohttp
except ImportError:
    sys.exit(77)


async def migrate(session, base, number):
    deployment = f"{base}/onprem/de-{number}"
    graph = f"{base}/graph/v23.0/10654035{number:07}"
    onprem_token = {"Authorization": "Bearer bench-token"}
    graph_token = {"Authorization": "Bearer sim-token"}
    async with session.post(f"{deployment}/v1/settings/backup", json={"password": "Secret-123"},
                            headers=onprem_token) as reply:
        reply.raise_for_status()
        backup = (await reply.json())["settings"]["data"]
    register = {"messaging_product": "whatsapp", "pin": "123456",
                "backup": {"password": "Secret-123", "data": backup}}
    async with session.post(f"{graph}/register", json=register, headers=graph_token) as reply:
        reply.raise_for_status()
        await reply.json()
    async with session.get(f"{graph}?fields=status,platform_type", headers=graph_token) as reply:
        reply.raise_for_status()
        if (await reply.json())["platform_type"] != "CLOUD_API":
            raise RuntimeError(f"number {number} is not on Cloud")


async def main(port, numbers, concurrency):
    waiting = iter(range(numbers))

    async def work(session):
        for number in waiting:
            await migrate(session, f"http://127.0.0.1:{port}", number)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:
        await asyncio.gather(*(work(session) for _ in range(concurrency)))


asyncio.run(main(*map(int, sys.argv[1:4])))
