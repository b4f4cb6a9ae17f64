#pragma once
struct Servo {
    void attach(int);
    void writeMicroseconds(int);
};
