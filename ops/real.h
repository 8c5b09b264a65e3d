// Functions of a real number as Java's StrictMath has them, to the last bit: Sun's fdlibm algorithms, which the C
// library's may differ from. The same bits on every target.
#ifndef OPS_REAL_H
#define OPS_REAL_H

double strict_exp(double x);
double strict_log(double x);
double strict_cbrt(double x);
double strict_sinh(double x);
double strict_cosh(double x);

#endif
