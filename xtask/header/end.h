
#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* ATEMOYA_H */
