# x86 servers: one static binary.
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(RUNNEL_TARGET x86_64)
include("${CMAKE_CURRENT_LIST_DIR}/musl.cmake")
