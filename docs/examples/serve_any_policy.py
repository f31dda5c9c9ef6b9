"""Serve a policy to NavBench-GS from any Python that has websockets, msgpack and numpy; nothing else is needed.

Put your policy into ``reset`` and ``act``, run this file, then: navbench run --agent ws://127.0.0.1:8765 --task ped
"""

import sys

import msgpack
import numpy as np
from websockets.sync.server import serve

CARD = {"name": "any-policy", "revision": "1", "needs": {"camera": {"width_px": 64, "height_px": 48}}}


def array(values):
    """Arrays arrive as maps of dtype, shape and data."""
    if set(values) != {"dtype", "shape", "data"}:
        return values
    return np.frombuffer(values["data"], values["dtype"]).reshape(values["shape"])


class Policy:
    def reset(self, observation, seed):
        self.random = np.random.RandomState(seed % 2**32)

    def act(self, observation):
        ahead, left = observation["goal"]  # metres; the picture is observation["rgb"], (48, 64, 3) uint8
        return [0.8 if ahead > 0 else 0.0, float(np.clip(2 * np.arctan2(left, ahead), -1.2, 1.2))]  # m/s, rad/s


def converse(connection):
    policy = Policy()
    connection.send(msgpack.packb({"type": "hello", "protocol": 1, "card": CARD}))
    for data in connection:
        message = msgpack.unpackb(data, object_hook=array)
        if message["type"] == "reset":
            policy.reset(message["observation"], message["seed"])
            connection.send(msgpack.packb({"type": "ready"}))
        else:
            connection.send(msgpack.packb({"type": "action", "velocity": policy.act(message["observation"])}))


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8765
    serve(converse, "127.0.0.1", port, max_size=2**26, compression=None).serve_forever()
