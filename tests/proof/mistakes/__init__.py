"""Policies with one mistake each: is anything deleted that the same policy without the mistake keeps?"""
