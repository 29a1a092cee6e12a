// As much of an Arduino as the edge counter needs, on a computer: its serial port is standard input
// and output, its clock that of the computer, and its pins go up by a schedule (board.cpp).
#pragma once
#include <cstddef>
#include <cstdint>

enum { LOW, HIGH, INPUT, OUTPUT, RISING };

struct Port {
  void begin(unsigned long baud);
  int available();
  int read();
  size_t write(const uint8_t* data, size_t count);
};
extern Port Serial;

uint32_t micros();
void pinMode(uint8_t pin, int mode);
void digitalWrite(uint8_t pin, int level);
int digitalPinToInterrupt(uint8_t pin);
void attachInterrupt(int interrupt, void (*rose)(), int mode);
void noInterrupts();
void interrupts();
