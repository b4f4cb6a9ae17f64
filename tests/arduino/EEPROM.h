#pragma once
#include <cstdint>
struct Storage {
    void begin(int);
    uint8_t read(int);
    void write(int, uint8_t);
    bool commit();
};
extern Storage EEPROM;
