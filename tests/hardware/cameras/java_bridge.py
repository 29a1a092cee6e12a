"""Stands for a running Micro-Manager with its server on: the bridge's wire over a real MMCore.

Run as a process of its own, with the adapters' folder and perhaps a port; prints its port. What
differs between the backends is as in Java: lists and rectangles are objects that must be asked,
pixels have one dimension, tags are typed.
"""

import itertools
import json
import sys

import numpy as np
import pymmcore
import zmq

TEXT, WHOLE, REAL = "java.lang.String", "int", "double"
METHODS = {
    "getCameraDevice": [[]],
    "setCameraDevice": [[TEXT]],
    "getDevicePropertyNames": [[TEXT]],
    "isPropertyPreInit": [[TEXT, TEXT]],
    "isPropertyReadOnly": [[TEXT, TEXT]],
    "hasPropertyLimits": [[TEXT, TEXT]],
    "getPropertyLowerLimit": [[TEXT, TEXT]],
    "getPropertyUpperLimit": [[TEXT, TEXT]],
    "getAllowedPropertyValues": [[TEXT, TEXT]],
    "getProperty": [[TEXT, TEXT]],
    "setProperty": [[TEXT, TEXT, TEXT], [TEXT, TEXT, REAL]],
    "getExposure": [[], [TEXT]],
    "setExposure": [[REAL], [TEXT, REAL]],
    "getROI": [[]],
    "setROI": [[WHOLE] * 4],
    "clearROI": [[]],
    "getImageWidth": [[]],
    "getImageHeight": [[]],
    "getImageBitDepth": [[]],
    "getBytesPerPixel": [[]],
    "getNumberOfComponents": [[]],
    "startContinuousSequenceAcquisition": [[REAL]],
    "stopSequenceAcquisition": [[]],
    "isSequenceRunning": [[]],
    "getRemainingImageCount": [[]],
    "popNextTaggedImage": [[]],
    "getLoadedDevices": [[]],
    "getXYStageDevice": [[]],
    "getXYStagePosition": [[TEXT]],
    "setXYPosition": [[TEXT, REAL, REAL]],
    "stop": [[TEXT]],
}


class StrVector:
    def __init__(self, texts):
        self.size = lambda: len(texts)
        self.get = lambda place: texts[place]


class Rectangle:
    def __init__(self, x, y, width, height):
        self.x, self.y, self.width, self.height = x, y, width, height


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class TaggedImage:
    def __init__(self, pix, tags):
        self.pix, self.tags = pix, tags


OFFERS = {
    StrVector: ({"size": [[]], "get": [[WHOLE]]}, ()),
    Rectangle: ({}, ("x", "y", "width", "height")),
    Point: ({}, ("x", "y")),
    TaggedImage: ({}, ("pix", "tags")),
}


class Server:
    def __init__(self, core):
        self.core = core
        self.objects = {}
        self.codes = itertools.count(1)
        self.parts = []

    def answer(self, asked):
        match asked["command"]:
            case "connect":
                return {"type": "none", "version": "5.1.0"}
            case "get-constructors":
                return {"type": "none", "api": [{"name": asked["classpath"], "arguments": []}]}
            case "constructor":
                return self.shadow(self.core, asked["classpath"], METHODS, ())
            case "destructor":
                self.objects.pop(asked["hash-code"], None)
                return {"type": "none"}
            case "get-field":
                return self.value(getattr(self.objects[asked["hash-code"]], asked["name"]))
        return self.value(self.run(asked))

    def run(self, asked):
        of, name = self.objects[asked["hash-code"]], asked["name"]
        if name == "popNextTaggedImage":
            tags = pymmcore.Metadata()
            pix = of.popNextImageMD(0, 0, tags)
            texts = {key: tags.GetSingleTag(key).GetValue() for key in tags.GetKeys()}
            return TaggedImage(pix.ravel(), texts | {"ImageNumber": int(texts["ImageNumber"])})
        if name == "getXYStagePosition":
            return Point(*of.getXYPosition(*asked["arguments"]))
        answer = getattr(of, name)(*asked["arguments"])
        return Rectangle(*answer) if name == "getROI" else answer

    def value(self, answer):
        if answer is None:
            return {"type": "null"}
        if isinstance(answer, str):
            return {"type": "string", "value": answer}
        if isinstance(answer, (bool, int, float)):
            return {"type": "primitive", "value": answer}
        if isinstance(answer, dict):
            return {"type": "object", "class": "JSONObject", "value": json.dumps(answer)}
        if isinstance(answer, np.ndarray):
            kind = {1: "byte-array", 2: "short-array"}[answer.itemsize]
            code = next(self.codes)
            self.parts += [code.to_bytes(4, sys.byteorder), answer.tobytes()]
            return {"type": kind, "value": f"@{code:x}"}
        if isinstance(answer, (tuple, list)):
            answer = StrVector(answer)
        return self.shadow(answer, type(answer).__name__, *OFFERS[type(answer)])

    def shadow(self, of, name, methods, fields):
        code = next(self.codes)
        self.objects[code] = of
        api = [
            {"name": method, "arguments": arguments, "return-type": "java.lang.Object"}
            for method, overloads in methods.items()
            for arguments in overloads
        ]
        return {
            "type": "unserialized-object",
            "class": name,
            "hash-code": code,
            "fields": list(fields),
            "interfaces": [],
            "api": api,
        }

    def serve(self, socket):
        while True:
            asked = json.loads(socket.recv_multipart()[0])
            self.parts = []
            try:
                told = self.answer(asked)
            except Exception as error:
                told = {"type": "exception", "value": f"java.lang.Exception: {error}"}
            socket.send_multipart([json.dumps(told).encode(), *self.parts])


def main(adapters, port="*"):
    core = pymmcore.CMMCore()
    core.setCircularBufferMemoryFootprint(16)
    core.setDeviceAdapterSearchPaths([adapters])
    core.loadDevice("Cam", "DemoCamera", "DCam")
    core.initializeDevice("Cam")
    core.setCameraDevice("Cam")
    core.loadDevice("XY", "DemoCamera", "DXYStage")
    core.initializeDevice("XY")
    core.setXYStageDevice("XY")
    socket = zmq.Context.instance().socket(zmq.REP)
    socket.bind(f"tcp://127.0.0.1:{port}")
    sys.stdout.write(f"{socket.last_endpoint.decode().rpartition(':')[2]}\n")
    sys.stdout.flush()
    Server(core).serve(socket)


main(*sys.argv[1:])
