"""Python's aiohttp. A caller leaves by the end of asyncio's timeout, which cancels it."""
import asyncio
import json
import ssl
import sys
import time

import aiohttp

url = sys.argv[2]
requests, warm_up, workers, abandon, timeout, delay = map(int, sys.argv[3:])
slow = f"{url}?delay={delay}&phase=headers"
trust = ssl.create_default_context()
trust.check_hostname = False
trust.verify_mode = ssl.CERT_NONE


async def storm(client, count):
    result = {"useful": 0, "abandoned": 0, "failed": 0}
    numbers = iter(range(count))

    async def get(target):
        async with client.get(target) as response:
            return len(await response.read()) == 256 and response.status == 200

    async def work():
        for i in numbers:
            is_slow = i * abandon // 100 != (i + 1) * abandon // 100
            try:
                is_right = await (asyncio.wait_for(get(slow), timeout / 1000) if is_slow else get(url))
                result["useful" if is_right and not is_slow else "failed"] += 1
            except asyncio.TimeoutError:
                result["abandoned" if is_slow else "failed"] += 1
            except aiohttp.ClientError:
                result["failed"] += 1

    start = time.monotonic()
    await asyncio.gather(*(work() for _ in range(workers)))
    result["seconds"] = time.monotonic() - start
    return result


async def main():
    connector = aiohttp.TCPConnector(limit=0, ssl=trust)
    async with aiohttp.ClientSession(connector=connector) as client:
        loop = asyncio.get_running_loop()
        await storm(client, warm_up)
        print("ready", flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)
        print(json.dumps(await storm(client, requests)), flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)


asyncio.run(main())
