// Wormlock's edge counter: numbers and stamps the rising edges of a few lines, and has one output.
// Its language is told in docs/count-edges.md. Change the pins below to those that you use: on an
// Uno or Nano only 2 and 3 can interrupt, a Mega, Due or Teensy has more.

const uint8_t INPUTS[] = {2, 3};  // in the order of rig.lines.inputs in config.yaml
const uint8_t OUTPUT_PIN = 7;
const uint32_t BAUD = 115200;

const uint8_t LANGUAGE = 1;
const uint8_t LINES = sizeof(INPUTS);
const uint8_t HELD = 64;  // edges that wait to be told; a power of two
const uint8_t MOST_LINES = 8;

struct Edge {
  uint8_t line;
  uint32_t count;
  uint32_t clock_us;
};

volatile Edge held[HELD];
volatile uint8_t first = 0, behind_last = 0;
volatile uint32_t counts[MOST_LINES];
volatile bool is_counting = false;

void note(uint8_t line) {
  uint32_t clock_us = micros();
  if (!is_counting) return;
  uint32_t count = counts[line];
  counts[line] = count + 1;
  uint8_t next = (behind_last + 1) % HELD;
  if (next == first) return;  // no room: the edge is lost, and its number tells
  held[behind_last].line = line;
  held[behind_last].count = count;
  held[behind_last].clock_us = clock_us;
  behind_last = next;
}

void note0() { note(0); }
void note1() { note(1); }
void note2() { note(2); }
void note3() { note(3); }
void note4() { note(4); }
void note5() { note(5); }
void note6() { note(6); }
void note7() { note(7); }
void (*const NOTES[MOST_LINES])() = {note0, note1, note2, note3, note4, note5, note6, note7};

void put(uint8_t* into, uint32_t value) {
  for (uint8_t at = 0; at < 4; at++) into[at] = value >> (8 * at);
}

void say(char kind, uint8_t place, uint8_t version, uint32_t count, uint32_t clock_us) {
  uint8_t record[13] = {0xA5, (uint8_t)kind, place, version};
  put(record + 4, count);
  put(record + 8, clock_us);
  for (uint8_t at = 1; at < 12; at++) record[12] ^= record[at];
  Serial.write(record, sizeof(record));
}

void set_output(bool is_high) {
  digitalWrite(OUTPUT_PIN, is_high ? HIGH : LOW);
  say('M', is_high, 0, 0, micros());
}

void begin_counting() {
  noInterrupts();
  for (uint8_t line = 0; line < MOST_LINES; line++) counts[line] = 0;
  first = behind_last = 0;
  is_counting = true;
  interrupts();
}

void obey(char command) {
  static bool awaits_token = false;
  if (awaits_token) {
    awaits_token = false;
    say('T', (uint8_t)command, 0, 0, micros());
  } else if (command == 'T') {
    awaits_token = true;
  } else if (command == 'I') {
    say('I', LINES, LANGUAGE, 0, micros());
  } else if (command == 'G') {
    begin_counting();
  } else if (command == 'H') {
    is_counting = false;
  } else if (command == '1' || command == '0') {
    set_output(command == '1');
  }
}

void tell_one_edge() {
  if (first == behind_last) return;
  noInterrupts();
  uint8_t line = held[first].line;
  uint32_t count = held[first].count, clock_us = held[first].clock_us;
  first = (first + 1) % HELD;
  interrupts();
  say('E', line, 0, count, clock_us);
}

void setup() {
  Serial.begin(BAUD);
  pinMode(OUTPUT_PIN, OUTPUT);
  digitalWrite(OUTPUT_PIN, LOW);
  for (uint8_t line = 0; line < LINES; line++) {
    pinMode(INPUTS[line], INPUT);
    attachInterrupt(digitalPinToInterrupt(INPUTS[line]), NOTES[line], RISING);
  }
}

void loop() {
  if (Serial.available() > 0) obey((char)Serial.read());
  tell_one_edge();
}
