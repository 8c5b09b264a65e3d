"""The test bridge: Kafka's REST API v2 over HTTP, a real client of a real broker behind it.

It speaks as three bridges do (--dialect confluent, strimzi, karapace), their differences included, and misbehaves as they
and their networks do when it is told to:

    POST /control {"fault": NAME, "on": OPERATION, "times": N, "after": M, …}    adds a fault
    POST /control {"token": T}            from now on only this bearer token is taken; null: any
    POST /control {"forget": true}        all consumer instances are gone
    POST /control {"clear": true}         no more faults
    GET  /control                         what was seen: requests an operation, records written, faults that struck

OPERATION is root, produce, create, assign, seek, records, delete, partitions, offsets, or any. The first M requests are spared, then N
are hit (1 if not said). Faults:

    errors           produce: every `every`-th record (2) is not written and has an error in offsets[]; "fatal": true for
                     one that the dialect calls permanent
    written_failed   produce: all is written, and all is told as failed
    no_answer        nothing is done; silence for `seconds` (3600), then the connection is closed
    answer_lost      all is done; the connection is closed instead of the answer
    half_answer      all is done; the answer breaks off in its middle
    status           nothing is done; answers `code`, Retry-After `retry_after` if given
    status_written   all is done; answers `code`
    no_gzip          400 to a gzipped body (strimzi always)
    no_charset       400 to a charset in Content-Type (strimzi always)
    drop             the connection is closed after the answer, which had said that it stays
"""
import argparse
import base64
import binascii
import gzip
import http.server
import json
import re
import ssl
import threading
import time
import urllib.parse
import uuid

from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

import instance as instances

V2 = "application/vnd.kafka.v2+json"
FORMAT = re.compile(r"application/vnd\.kafka\.(json|binary|text)\.v2\+json$")
LIMIT = 1 << 20  # bytes of a record


# What Strimzi's OpenAPI description lets through, member by member.
RECORD = {"key": (list, dict, str), "value": (list, dict, str, type(None)), "partition": int, "timestamp": int, "headers": list}
SETTINGS = {"name": str, "format": str, "auto.offset.reset": str, "fetch.min.bytes": int, "isolation.level": str,
            "consumer.request.timeout.ms": int, "enable.auto.commit": bool}


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, status, code, message):
        self.status, self.code, self.message = status, code, message


class Silence(Exception):
    """No answer, for so many seconds."""


def parse(body):
    """A request's JSON object."""
    try:
        data = json.loads(body)
    except ValueError:
        raise Refused(400, 400, "not JSON") from None
    if not isinstance(data, dict):
        raise Refused(400, 400, "Malformed request")
    return data


def valid(data, known, required, place):
    """Strimzi's validation: these members and no others, of these types."""
    if not isinstance(data, dict) or not set(required) <= set(data):
        raise Refused(400, 400, f"Validation error on: {place} - a member is missing")
    for name, value in data.items():
        if name not in known:
            raise Refused(400, 400, f"Validation error on: {place} - Provided object contains unexpected additional property: {name}")
        if not isinstance(value, known[name]) or (isinstance(value, bool) and known[name] is not bool):
            raise Refused(400, 400, f"Validation error on: {place}/{name} - input doesn't match one of its types")


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.list, self.struck, self.token = [], {}, None

    def wish(self, wish):
        with self.lock:
            if wish.get("clear"):
                self.list = []
            if "token" in wish:
                self.token = wish["token"]
            if "fault" in wish:
                self.list.append({"on": "any", "times": 1, "after": 0, **wish})

    def take(self, operation):
        """The fault that strikes this request, if one does."""
        with self.lock:
            for fault in self.list:
                if fault["on"] not in (operation, "any") or fault["times"] <= 0:
                    continue
                if fault["after"] > 0:
                    fault["after"] -= 1
                    continue
                fault["times"] -= 1
                self.struck[fault["fault"]] = self.struck.get(fault["fault"], 0) + 1
                return fault
        return {"fault": None}


class Bridge:
    def __init__(self, arguments):
        self.dialect = arguments.dialect
        self.bootstrap = arguments.bootstrap
        self.delivery = arguments.delivery_timeout
        self.idle_instance = arguments.instance_timeout
        self.faults = Faults()
        self.lock = threading.Lock()
        self.requests, self.written = {}, 0
        self.instances = {}
        self.topics = {}  # name → (partitions, looked at)
        self.admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
        self.producer = Producer({
            "bootstrap.servers": self.bootstrap, "acks": "all", "linger.ms": 2, "log_level": 0,
            "message.timeout.ms": int(self.delivery * 1000), "message.max.bytes": 8 << 20,
            "reconnect.backoff.max.ms": 500, "enable.idempotence": True})
        threading.Thread(target=self.poll, daemon=True).start()

    def poll(self):
        while True:
            self.producer.poll(0.1)
            self.forget_idle()

    def forget_idle(self):
        with self.lock:
            old = [k for k, i in self.instances.items() if time.monotonic() - i.used > self.idle_instance]
            gone = [self.instances.pop(k) for k in old]
        for instance in gone:
            with instance.lock:
                instance.close()

    # ------------------------------------------------------------ topics

    def partitions(self, topic):
        """How many, or None: no such topic."""
        known = self.topics.get(topic)
        if known and time.monotonic() - known[1] < 1:
            return known[0]
        found = self.admin.list_topics(timeout=self.delivery).topics
        for name, about in found.items():
            self.topics[name] = (len(about.partitions), time.monotonic())
        if topic not in found:
            self.topics.pop(topic, None)
            return None
        return len(found[topic].partitions)

    def no_topic(self, topic):
        code, message = {"confluent": (40401, "Topic not found."), "karapace": (40401, f"Topic {topic} not found"),
                         "strimzi": (404, "This server does not host this topic-partition.")}[self.dialect]
        return Refused(404, code, message)

    def list_partitions(self, topic):
        count = self.partitions(topic)
        if count is None:
            raise self.no_topic(topic)
        replica = {"broker": 1, "leader": True, "in_sync": True}
        return [{"partition": p, "leader": 1, "replicas": [replica]} for p in range(count)]

    def offsets(self, topic, partition):
        count = self.partitions(topic)
        if count is None:
            raise self.no_topic(topic)
        if partition >= count:
            raise Refused(404, 404 if self.dialect == "strimzi" else 40402, "Partition not found.")
        probe = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "probe", "log_level": 0})
        try:
            low, high = probe.get_watermark_offsets(TopicPartition(topic, partition), timeout=self.delivery)
        finally:
            probe.close()
        return {"beginning_offset": low, "end_offset": high}

    # ------------------------------------------------------------ produce

    def failed(self, message, fatal=False):
        """An entry of offsets[] for a record that failed."""
        if self.dialect == "confluent":
            return {"partition": None, "offset": None, "error_code": 50002 if fatal else 50003, "error": message}
        if self.dialect == "strimzi":
            return {"error_code": 500 if fatal else 404, "message": message}
        return {"error_code": 1 if fatal else 2, "error": message}

    def entry(self, message):
        if self.dialect == "confluent":
            return {"partition": message.partition(), "offset": message.offset(), "error_code": None, "error": None}
        return {"partition": message.partition(), "offset": message.offset()}

    def bytes_of(self, value, embedded):
        if self.dialect == "karapace" and not value and value != {}:
            return b""  # NULL, "", 0, false: nobody can tell them apart afterwards
        if value is None:
            return None
        if embedded == "binary":
            if self.dialect == "strimzi":  # takes anything, and stores what comes out
                return base64.b64decode(str(value) + "===")
            try:
                return base64.b64decode(value, validate=True)
            except (binascii.Error, TypeError, ValueError):
                raise Refused(400, 400, "not base64") if self.dialect == "karapace" else Refused(
                    400, 40002, "Bad Request: illegal base64") from None
        if embedded == "text":
            return str(value).encode()
        return json.dumps(value, ensure_ascii=self.dialect == "karapace", separators=(",", ":")).encode()

    def check_record(self, record):
        if not isinstance(record, dict):
            raise Refused(400, 400, "Produce record must be an object")
        if self.dialect == "strimzi":
            valid(record, RECORD, ("value",), "/records")
        elif not {"key", "value", "partition"}.issuperset(record):
            raise Refused(422, 422, "Invalid request format" if self.dialect == "karapace" else "Unrecognized field")

    def parse_produce(self, content_type, body):
        media = content_type.split(";")[0].strip()
        match = FORMAT.match(media)
        if self.dialect == "strimzi" and (media != content_type or match is None):
            raise Refused(400, 400, "Validation error on: Content-Type header")
        if match is None or (match[1] == "text" and self.dialect != "strimzi"):
            raise Refused(415, 415, "HTTP 415 Unsupported Media Type")
        if self.dialect == "karapace" and len(body) > LIMIT:
            raise Refused(413, 413, "HTTP Request Entity Too Large")
        data = parse(body)
        if self.dialect == "strimzi":
            valid(data, {"records": list}, ("records",), "body")
        elif not isinstance(data.get("records"), list) or not data["records"] or len(data) > 1:
            raise Refused(422, 422, "Invalid request format")
        records = []
        for record in data["records"]:
            self.check_record(record)
            headers = [(h["key"], base64.b64decode(h["value"])) for h in record.get("headers", [])]
            key = None if record.get("key") is None else self.bytes_of(record["key"], match[1])
            records.append((key, self.bytes_of(record.get("value"), match[1]), record.get("partition"), headers,
                            record.get("timestamp")))
        return records

    def ensure_topic(self, topic):
        """False: the broker does not answer. What happens where the topic is missing is the dialect's."""
        try:
            if self.partitions(topic) is None:
                if self.dialect == "karapace":
                    raise self.no_topic(topic)
                for future in self.admin.create_topics([NewTopic(topic, 1, 1)]).values():
                    try:
                        future.result(self.delivery)
                    except KafkaException as e:
                        if "exists" not in str(e):
                            raise
            return True
        except KafkaException:
            return False

    def write(self, topic, records, skip):
        """Writes all but those whose number `skip` says; one entry each, in order."""
        entries = [None] * len(records)
        done = threading.Semaphore(0)

        def delivered(number):
            def callback(error, message):
                if error is None:
                    self.written += 1
                    entries[number] = self.entry(message)
                else:
                    late = self.dialect == "strimzi"  # whose producer says "Expiring 9 record(s)", with 500
                    entries[number] = self.failed(error.str(), fatal=late or error.name() == "MSG_SIZE_TOO_LARGE")
                done.release()
            return callback

        under_way = 0
        for number, (key, value, partition, headers, timestamp) in enumerate(records):
            if skip(number):
                continue
            if len(key or b"") + len(value or b"") > LIMIT - 1000:
                entries[number] = self.failed("The message is larger than the maximum request size", fatal=True)
                continue
            more = {"partition": partition} if partition is not None else {}
            more.update({"timestamp": timestamp} if timestamp is not None else {})
            self.producer.produce(topic, key=key, value=value, headers=headers, on_delivery=delivered(number), **more)
            under_way += 1
        for _ in range(under_way):
            done.acquire()
        return entries

    def produce(self, topic, content_type, body, fault):
        records = self.parse_produce(content_type, body)
        if not self.ensure_topic(topic):
            if self.dialect == "karapace":
                raise Silence(300)
            time.sleep(self.delivery * min(len(records), 10))  # each record waits for the topic in its turn
            words = {"confluent": "Local: Message timed out",
                     "strimzi": f"Topic {topic} not present in metadata after 60000 ms."}[self.dialect]
            entries = [self.failed(words) for _ in records]
        else:
            every = fault.get("every", 2) if fault["fault"] == "errors" else 0
            chosen = (lambda n: n % every == every - 1) if every else (lambda n: False)
            entries = self.write(topic, records, chosen)
            for number in range(len(entries)):
                if chosen(number):
                    entries[number] = self.failed("chosen to fail", fault.get("fatal", False))
            if fault["fault"] == "written_failed":
                entries = [self.failed("Expiring record: 120000 ms has passed since batch creation") for _ in entries]
            if self.dialect == "karapace" and any("timed out" in e.get("error", "") for e in entries):
                raise Silence(300)
        answer = {"offsets": entries}
        if self.dialect != "strimzi":
            answer.update({"key_schema_id": None, "value_schema_id": None})
        partly = self.dialect == "karapace" and any(e.get("error_code") for e in entries)
        return (422 if partly else 200), answer

    # ------------------------------------------------------------ consume

    def create(self, group, settings, host):
        if self.dialect == "strimzi":
            valid(settings, SETTINGS, (), "body")
        elif self.dialect == "confluent" and not {"name", "format", "auto.offset.reset", "fetch.min.bytes", "id",
                                                  "consumer.request.timeout.ms", "auto.commit.enable"}.issuperset(settings):
            raise Refused(422, 422, "Unrecognized field")
        name = settings.get("name") or "rest-consumer-" + uuid.uuid4().hex
        with self.lock:
            if (group, name) in self.instances:
                raise Refused(409, 409 if self.dialect == "strimzi" else 40902, f"Consumer {name} already exists")
            self.instances[group, name] = instances.CLASSES[self.dialect](self.bootstrap, group, name, settings)
        path = f"consumers/{group}/instances/{name}"
        return {"instance_id": name, "base_uri": path if self.dialect == "karapace" else f"http://{host}/{path}"}

    def instance(self, group, name):
        with self.lock:
            instance = self.instances.get((group, name))
        if instance is None:
            raise Refused(404, 404 if self.dialect == "strimzi" else 40403,
                          "The specified consumer instance was not found." if self.dialect == "strimzi"
                          else "Consumer instance not found.")
        instance.used = time.monotonic()
        return instance

    def partitions_of(self, data, member, known):
        """[(entry, (topic, partition)), …]"""
        if self.dialect == "strimzi":
            valid(data, {member: list}, (member,), "body")
            for entry in data[member]:
                valid(entry, known, tuple(known), "/" + member)
        elif not isinstance(data.get(member), list) or not all(set(known) <= set(e) for e in data[member]):
            raise Refused(500, 50001, f"{member} missing")
        return [(e, (e["topic"], e["partition"])) for e in data[member]]

    def assign(self, instance, data):
        with instance.lock:
            instance.assign([tp for _, tp in self.partitions_of(data, "partitions", {"topic": str, "partition": int})])

    def seek(self, instance, data, where):
        known = {"topic": str, "partition": int}
        if where is None:
            wanted = {tp: e["offset"] for e, tp in self.partitions_of(data, "offsets", {**known, "offset": int})}
        else:
            end = OFFSET_BEGINNING if where == "beginning" else OFFSET_END
            wanted = {tp: end for _, tp in self.partitions_of(data, "partitions", known)}
        with instance.lock:
            try:
                instance.seek(wanted)
            except instances.Unassigned as e:
                if self.dialect == "strimzi":
                    raise Refused(404, 404, str(e)) from None
                raise Refused(409, 40903, str(e)) from None

    def records(self, instance, accept, query):
        match = FORMAT.match(accept)
        if match is None or match[1] != instance.format:
            raise Refused(406, 406 if self.dialect == "strimzi" else 40601,
                          "Consumer format does not match the embedded format requested by the Accept header.")
        timeout = int(query.get("timeout", [100 if self.dialect == "strimzi" else 1000])[0]) / 1000
        limit = int(query.get("max_bytes", [64 << 20])[0])
        with instance.lock:
            if not instance.assigned:
                if self.dialect == "strimzi":
                    raise Refused(500, 500, "Consumer is not subscribed to any topics or assigned any partitions")
                time.sleep(timeout)
                return []
            try:
                return instance.read(timeout, limit, lambda m: self.record(m, instance.format))
            except instances.TooMuch:
                raise Refused(422, 422,
                              "Response exceeds the maximum number of bytes the consumer can receive") from None

    def record(self, message, embedded):
        def out(value):
            if value is None or (value == b"" and self.dialect == "karapace"):
                return None
            if embedded == "binary":
                return base64.b64encode(value).decode()
            try:
                return value.decode() if embedded == "text" else json.loads(value)
            except ValueError:
                raise Refused(406, 406, "Failed to decode") from None
        record = {"topic": message.topic(), "key": out(message.key()), "value": out(message.value()),
                  "partition": message.partition(), "offset": message.offset()}
        if self.dialect != "confluent":
            record["timestamp"] = message.timestamp()[1]
        if self.dialect == "strimzi" and message.headers():
            record["headers"] = [{"key": k, "value": None if v is None else base64.b64encode(v).decode()}
                                 for k, v in message.headers()]
        return record

    def forget(self):
        with self.lock:
            gone, self.instances = list(self.instances.values()), {}
        for instance in gone:
            with instance.lock:
                instance.close()


ROUTES = [(method, re.compile(pattern + "$"), operation) for method, pattern, operation in (
    ("GET", r"/", "root"),
    ("POST", r"/topics/([^/]+)", "produce"),
    ("GET", r"/topics/([^/]+)/partitions", "partitions"),
    ("GET", r"/topics/([^/]+)/partitions/(\d+)/offsets", "offsets"),
    ("POST", r"/consumers/([^/]+)", "create"),
    ("POST", r"/consumers/([^/]+)/instances/([^/]+)/assignments", "assign"),
    ("POST", r"/consumers/([^/]+)/instances/([^/]+)/positions(?:/(beginning|end))?", "seek"),
    ("GET", r"/consumers/([^/]+)/instances/([^/]+)/records", "records"),
    ("POST", r"/consumers/([^/]+)/instances/([^/]+)/offsets", "commit"),
    ("DELETE", r"/consumers/([^/]+)/instances/([^/]+)", "delete"),
)]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    bridge: Bridge

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.handle_one()

    do_POST = do_DELETE = do_GET

    def body(self):
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def handle_one(self):
        url = urllib.parse.urlsplit(self.path)
        if self.headers.get("Expect", "").lower() == "100-continue" and self.command == "POST":
            pass  # http.server has answered it
        body = self.body()
        if url.path == "/control":
            self.control(body)
            return
        for method, pattern, operation in ROUTES:
            match = pattern.match(urllib.parse.unquote(url.path))
            if match and method == self.command:
                self.serve(operation, match.groups(), urllib.parse.parse_qs(url.query), body)
                return
        self.answer(404, {"error_code": 404, "message": "HTTP 404 Not Found"})

    def control(self, body):
        bridge = self.bridge
        wish = json.loads(body) if body else {}
        bridge.faults.wish(wish)
        if wish.get("forget"):
            bridge.forget()
        self.answer(200, {"requests": bridge.requests, "written": bridge.written, "struck": bridge.faults.struck,
                          "instances": len(bridge.instances), "dialect": bridge.dialect})

    def serve(self, operation, groups, query, body):
        bridge = self.bridge
        bridge.requests[operation] = bridge.requests.get(operation, 0) + 1
        fault = bridge.faults.take(operation)
        kind = fault["fault"]
        try:
            if kind == "no_answer":
                raise Silence(fault.get("seconds", 3600))
            if kind == "status":
                self.refuse_with(fault)
                return
            status, answer = self.work(operation, groups, query, body, fault)
        except Refused as e:
            status, answer = e.status, {"error_code": e.code, "message": e.message}
        except KafkaException as e:
            code = 500 if bridge.dialect == "strimzi" else 50002
            status, answer = 500, {"error_code": code, "message": f"Kafka error: {e}"}
        except Silence as e:
            time.sleep(e.args[0])
            self.close_connection = True
            return
        if kind == "answer_lost":
            self.close_connection = True
            return
        if kind == "status_written":
            self.refuse_with(fault)
            return
        self.answer(status, answer, half=kind == "half_answer")
        if kind in ("drop", "half_answer"):
            self.close_connection = True

    def refuse_with(self, fault):
        code = fault["code"]
        headers = {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
        self.answer(code, {"error_code": code, "message": f"HTTP {code}"}, headers)

    def check_request(self, fault, body):
        token = self.bridge.faults.token
        if token is not None and self.headers.get("Authorization") != "Bearer " + token:
            raise Refused(401, 401 if self.bridge.dialect == "strimzi" else 40101, "token expired")
        if self.headers.get("Content-Encoding") == "gzip":
            if self.bridge.dialect == "strimzi" or fault["fault"] == "no_gzip":
                raise Refused(400, 400, "Failed to decode the body")
            body = gzip.decompress(body)
        if fault["fault"] == "no_charset" and "charset" in self.headers.get("Content-Type", ""):
            raise Refused(400, 400, "Content-Type")
        return body

    def work(self, operation, groups, query, body, fault):
        bridge = self.bridge
        body = self.check_request(fault, body)
        if operation == "produce":
            return bridge.produce(groups[0], self.headers.get("Content-Type", ""), body, fault)
        if operation == "root":
            return 200, {"bridge_version": "0.33.1"} if bridge.dialect == "strimzi" else {}
        if operation == "partitions":
            return 200, bridge.list_partitions(groups[0])
        if operation == "offsets":
            return 200, bridge.offsets(groups[0], int(groups[1]))
        data = self.data(operation, body)
        if operation == "create":
            return 200, bridge.create(groups[0], data, self.headers.get("Host", "localhost"))
        instance = bridge.instance(groups[0], groups[1])
        if operation == "records":
            return 200, bridge.records(instance, self.headers.get("Accept", ""), query)
        if operation == "assign":
            bridge.assign(instance, data)
        elif operation == "seek":
            bridge.seek(instance, data, groups[2])
        elif operation == "delete":
            with bridge.lock:
                bridge.instances.pop((groups[0], groups[1]), None)
            with instance.lock:
                instance.close()
        return 204, None

    def data(self, operation, body):
        """The JSON of a consumer's request."""
        if self.command != "POST":
            if body:
                raise Refused(400, 400, "No request body allowed for this operation")
            return {}
        media = self.headers.get("Content-Type", "")
        if media != V2:  # with a charset two of the three would take it; nobody needs one
            raise Refused(400 if self.bridge.dialect == "strimzi" else 415, 415, f"Content-Type: {media}")
        if not body and self.bridge.dialect != "strimzi":
            raise Refused(400, 400, "Missing request JSON body")
        return parse(body or b"{}")

    def answer(self, status, answer, headers=None, half=False):
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", V2)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if half else body)
        self.wfile.flush()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # a client that left


def main():
    parser = argparse.ArgumentParser(description="A test bridge; see the head of this file.")
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--dialect", choices=("confluent", "strimzi", "karapace"), default="confluent")
    parser.add_argument("--delivery-timeout", type=float, default=3, help="seconds until a record counts as failed")
    parser.add_argument("--instance-timeout", type=float, default=300, help="seconds until an idle instance is forgotten")
    parser.add_argument("--idle", type=float, default=30, help="seconds until an idle connection is dropped")
    parser.add_argument("--cert", help="PEM: TLS")
    parser.add_argument("--key")
    parser.add_argument("--client-ca", help="PEM: who may be a client")
    arguments = parser.parse_args()
    Handler.bridge = Bridge(arguments)
    Handler.timeout = arguments.idle
    server = Server(("127.0.0.1", arguments.port), Handler)
    if arguments.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(arguments.cert, arguments.key)
        if arguments.client_ca:
            context.load_verify_locations(arguments.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
