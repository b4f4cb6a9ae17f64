/* Stand-ins for as much of arduino-pico as the sketch uses, so that a compiler can check it. */
#pragma once
#include <cstdint>
#include <cstring>
#define LOW 0
#define INPUT_PULLUP 2
#define A0 26
struct SerialPort {
    void begin(long);
    int available();
    int read();
    int availableForWrite();
    std::size_t write(const uint8_t *, std::size_t);
};
struct Chip {
    void wdt_reset();
    void wdt_begin(uint32_t);
    uint32_t hwrand32();
};
extern SerialPort Serial;
extern Chip rp2040;
unsigned long millis();
void pinMode(int, int);
int digitalRead(int);
int analogRead(int);
void analogWrite(int, int);
