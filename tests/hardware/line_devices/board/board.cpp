// Runs the sketch: pin 2 goes up every 5 ms, pin 3 every 10 ms, for as long as somebody listens.
#include "Arduino.h"
#include <cstdio>
#include <ctime>
#include <poll.h>
#include <unistd.h>
#include "edge_counter.ino"

Port Serial;
static void (*on_rise[32])();
static uint64_t now_us() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return 1000000ull * now.tv_sec + now.tv_nsec / 1000;
}
static const uint64_t SHIFT_US = (1ull << 32) - 1500000ull - now_us();  // it begins anew soon

void Port::begin(unsigned long) {}
int Port::available() {
  pollfd looked = {0, POLLIN, 0};
  return poll(&looked, 1, 0) > 0 && (looked.revents & POLLIN);
}
int Port::read() {
  uint8_t byte;
  if (::read(0, &byte, 1) != 1) _exit(0);
  return byte;
}
size_t Port::write(const uint8_t* data, size_t count) { return ::write(1, data, count); }

uint32_t micros() { return (uint32_t)(now_us() + SHIFT_US); }
void pinMode(uint8_t, int) {}
void digitalWrite(uint8_t pin, int level) { fprintf(stderr, "pin %d %d\n", pin, level); }
int digitalPinToInterrupt(uint8_t pin) { return pin; }
void attachInterrupt(int interrupt, void (*rose)(), int) { on_rise[interrupt] = rose; }
void noInterrupts() {}
void interrupts() {}

int main() {
  setup();
  uint64_t next_us[2] = {now_us(), now_us()}, ends_us = now_us() + 20000000ull;
  const uint64_t PERIOD_US[2] = {5000, 10000};
  while (now_us() < ends_us) {
    for (int line = 0; line < 2; line++)
      if (now_us() >= next_us[line]) {
        next_us[line] += PERIOD_US[line];
        on_rise[2 + line]();
      }
    loop();
    usleep(50);
  }
}
