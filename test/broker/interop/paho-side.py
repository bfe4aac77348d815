# One side of a dialogue with the broker, by paho-mqtt 1 or 2: what it sees it prints, a line each.
# paho-side.py SCENARIO PORT VERSION(3, 4, 5) TRANSPORT(tcp, websockets) [CA file]

import sys
import time

import paho.mqtt.client as mqtt

scenario, port, version, transport = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
authority = sys.argv[5] if len(sys.argv) > 5 else None
V5 = version == 5


def make(client_id, clean=True):
    args = dict(client_id=client_id, protocol=version, transport=transport)
    if not V5:
        args["clean_session"] = clean
    if hasattr(mqtt, "CallbackAPIVersion"):
        client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION1, **args)
    else:
        client = mqtt.Client(**args)
    client.got = []
    client.on_message = lambda _client, _data, message: client.got.append(message)
    if authority:
        client.tls_set(authority)
    return client


def join(client, clean=True):
    args = {}
    if V5:
        from paho.mqtt.packettypes import PacketTypes
        from paho.mqtt.properties import Properties

        args["properties"] = Properties(PacketTypes.CONNECT)
        args["properties"].SessionExpiryInterval = 0 if clean else 60
        args["clean_start"] = clean
    ready = []
    client.on_connect = lambda *_: ready.append(True)
    client.connect("localhost" if authority else "127.0.0.1", port, 30, **args)
    client.loop_start()
    wait(lambda: ready)
    return client


def wait(holds):
    end = time.time() + 20
    while not holds():
        if time.time() > end:
            raise SystemExit("it did not come")
        time.sleep(0.005)


def subscribe(client, *filters):
    done = []
    client.on_subscribe = lambda *_: done.append(True)
    client.subscribe(list(filters))
    wait(lambda: done)


def publish(client, topic, payload, qos, retain=False, **more):
    client.publish(topic, payload, qos=qos, retain=retain, **more).wait_for_publish()


def leave(client):
    client.disconnect()
    client.loop_stop()


def show(client):
    for one in client.got:
        print(one.topic, one.payload.decode(), one.qos, "retained" if one.retain else "live")


def messages():
    client = join(make("one"))
    publish(client, "m/r", "kept", 1, retain=True)
    subscribe(client, ("m/#", 2))
    for qos in (0, 1, 2):
        publish(client, "m/%d" % qos, "x" * qos, qos)
    wait(lambda: len(client.got) == 4)
    client.got.sort(key=lambda one: one.topic)
    show(client)
    leave(client)


def session():
    client = join(make("kept", clean=False), clean=False)
    subscribe(client, ("s", 2))
    leave(client)
    publisher = join(make("publisher"))
    for n in range(50):
        publish(publisher, "s", str(n), 1 + n % 2)
    again = join(make("kept", clean=False), clean=False)
    wait(lambda: len(again.got) >= 50)
    # A message of QoS 2 is told when PUBREL has come: the order holds for each QoS by itself (4.6).
    again.got.sort(key=lambda one: one.qos)
    print(" ".join(one.payload.decode() for one in again.got))
    leave(again)
    leave(publisher)


def will():
    watcher = join(make("watcher"))
    subscribe(watcher, ("w", 1))
    lost = make("lost")
    lost.will_set("w", "gone", qos=1)
    join(lost)
    # Without DISCONNECT.
    lost.loop_stop()
    lost.socket().close()
    wait(lambda: watcher.got)
    show(watcher)
    leave(watcher)


def properties():
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties

    client = join(make("five"))
    subscribe(client, ("p", 1))
    sent = Properties(PacketTypes.PUBLISH)
    sent.ContentType = "text/plain"
    sent.ResponseTopic = "answers"
    sent.CorrelationData = b"\x00\xff"
    sent.MessageExpiryInterval = 100
    sent.UserProperty = [("b", "1"), ("a", "2"), ("b", "3")]
    publish(client, "p", "x", 1, properties=sent)
    wait(lambda: client.got)
    got = client.got[0].properties
    print(got.ContentType, got.ResponseTopic, got.CorrelationData.hex(), got.MessageExpiryInterval, got.UserProperty)
    leave(client)


{"messages": messages, "session": session, "will": will, "properties": properties}[scenario]()
